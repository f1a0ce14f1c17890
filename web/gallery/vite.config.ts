import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// What every page needs is one file; left alone it would be thirty, each with a request of its own. What only the pages
// beside the gallery ask comes with them.
const BASE =
  /node_modules|\/src\/lib\/(api\/(?!fetch|manage)|query\/|router\/|state\/|ui\/)|\/src\/lib\/i18n\/(first|formats|i18n\.svelte|index|languages)\.ts|\/src\/lib\/i18n\/en\/(shell|gallery)\.ts/;

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
    rolldownOptions: {
      output: {
        codeSplitting: { groups: [{ name: 'base', test: BASE }] },
      },
    },
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
