export { i18n, t, type MessageKey, type Messages } from './i18n.svelte';
export * from './formats';
