import type { Messages } from './i18n.svelte';

/** Every language: its own name, its direction, whether it is offered, its strings, loaded when it is chosen. */
export const languages = {
  en: { name: 'English', rightToLeft: false, listed: true, load: async (): Promise<Messages> => (await import('./en')).en },
  de: { name: 'Deutsch', rightToLeft: false, listed: true, load: async (): Promise<Messages> => (await import('./de')).de },
  // English the other way round: how the page does in Arabic or Hebrew can be seen before somebody translates it.
  'en-x-rtl': { name: 'English, mirrored', rightToLeft: true, listed: false, load: async (): Promise<Messages> => (await import('./en')).en },
} as const;

export type Language = keyof typeof languages;

/** Those that a person may choose. */
export const offered = (Object.keys(languages) as Language[]).filter((one) => languages[one].listed);

/** The first of the browser's languages that there is, or English. */
export function preferred(wanted: readonly string[]): Language {
  const known = wanted.map((tag) => tag.split('-')[0] ?? '').find((tag) => tag in languages);
  return (known ?? 'en') as Language;
}
