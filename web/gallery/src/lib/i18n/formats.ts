import { i18n } from './i18n.svelte';

const DAY_MS = 86_400_000;

export const number = (value: number, options: Intl.NumberFormatOptions = {}): string =>
  new Intl.NumberFormat(i18n.language, options).format(value);

export const percent = (share: number): string => number(share, { style: 'percent', maximumFractionDigits: 0 });

/** A size in bytes, in units of 1000. */
export function bytes(value: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return number(value, { style: 'unit', unit: units[unit] ?? 'byte', unitDisplay: 'short', maximumFractionDigits: value < 10 ? 1 : 0 });
}

/** A moment, in the user's own time. */
export const moment = (rfc3339: string): string =>
  new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(rfc3339));

/** When a picture was taken: the camera's own time, which no zone may move. */
export const taken = (date: string): string =>
  new Intl.DateTimeFormat(i18n.language, { dateStyle: 'full', timeStyle: 'short', timeZone: 'UTC' }).format(
    new Date(/Z$|[+-]\d\d:\d\d$/.test(date) ? date : `${date}Z`),
  );

/** A day, counted since 1970. */
export const day = (days: number): string =>
  new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(days * DAY_MS));

/** A month, given as 2024-05. */
export const month = (yearMonth: string): string =>
  new Intl.DateTimeFormat(i18n.language, { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(new Date(`${yearMonth}-01`));
