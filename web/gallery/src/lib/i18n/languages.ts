import { en } from './en';
import type { Messages } from './i18n.svelte';

/** Every language: its own name, its direction, its strings, loaded when it is chosen. */
export const languages = {
  en: { name: 'English', rightToLeft: false, load: async (): Promise<Messages> => en },
} as const;

export type Language = keyof typeof languages;

/** The first of the browser's languages that there is, or English. */
export function preferred(wanted: readonly string[]): Language {
  const known = wanted.map((tag) => tag.split('-')[0] ?? '').find((tag) => tag in languages);
  return (known ?? 'en') as Language;
}
