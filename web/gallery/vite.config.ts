import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// The same sources give the same bytes: names by content, nothing of the time or the machine.
export default defineConfig({
  plugins: [svelte()],
  resolve: { alias: { $lib: here('./src/lib') }, conditions: ['browser'] },
  build: {
    outDir: here('../vaultweb/static'),
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    // An asset that became a data: URL would need a weaker content security policy.
    assetsInlineLimit: 0,
    reportCompressedSize: true,
  },
  server: {
    // `npm run dev` beside a running `vvault web`, see README.md.
    proxy: Object.fromEntries(
      ['/api', '/thumbnails', '/login'].map((path) => [
        path,
        { target: process.env.VVAULT_WEB ?? 'http://127.0.0.1:7700', changeOrigin: true },
      ]),
    ),
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
