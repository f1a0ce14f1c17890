import type { QueryPart } from '$lib/api/search';

/**
 * Changes to a query's text by its parts. Positions are those of the daemon, in characters (code points); a text of
 * JavaScript counts otherwise, so it is cut by its characters.
 */

/** Parts that are conditions of their own, and shown as chips. */
export const shown = (part: QueryPart): boolean => !['sign', 'or', 'open', 'close', 'setting'].includes(part.kind);

const characters = (text: string): string[] => Array.from(text.normalize('NFC'));

const tidy = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** Puts `by` in the place of a part. */
export function replaced(text: string, part: Pick<QueryPart, 'start' | 'end'>, by: string): string {
  const all = characters(text);
  return tidy(all.slice(0, part.start).join('') + by + all.slice(part.end).join(''));
}

/** Takes a part away, and the sign or OR that would stand alone without it. */
export function without(text: string, parts: readonly QueryPart[], part: QueryPart): string {
  const at = parts.indexOf(part);
  const before = parts[at - 1];
  const after = parts[at + 1];
  if (before?.kind === 'open' && after?.kind === 'close') {
    const list = [...parts.slice(0, at - 1), { ...part, start: before.start, end: after.end }, ...parts.slice(at + 2)];
    return without(text, list, list[at - 1] as QueryPart);
  }
  const joins = (one: QueryPart | undefined): boolean => one?.kind === 'sign' || one?.kind === 'or';
  const lonely = (one: QueryPart | undefined): boolean => one === undefined || ['open', 'close', 'or', 'sign'].includes(one.kind);
  const start = joins(before) && lonely(after) ? (before?.start ?? part.start) : part.start;
  const end = joins(after) && lonely(before) && !joins(before) ? (after?.end ?? part.end) : part.end;
  return replaced(text, { start, end }, ' ');
}

/** The other way round: left out instead of asked for, or asked for again. */
export function negated(text: string, part: QueryPart): string {
  return replaced(text, part, part.text.startsWith('-') ? part.text.slice(1) : `-${part.text.replace(WEIGHT, '')}`);
}

const WEIGHT = /^\d+(\.\d+)?:(?=\S)/;

/** Whether a weight may touch this kind of part. */
export const weighable = (part: QueryPart): boolean =>
  ['word', 'phrase', 'like'].includes(part.kind) && !part.negated;

/** Counts a part so many times; 1 takes its weight away. */
export function weighed(text: string, part: QueryPart, weight: number): string {
  const bare = part.text.replace(WEIGHT, '');
  return replaced(text, part, weight === 1 ? bare : `${Number(weight.toFixed(3))}:${bare}`);
}

/** The settings of the whole query (sort:, limit:, group:) apart from what it asks. */
export function divided(text: string, parts: readonly QueryPart[]): { asked: string; settings: string } {
  const settings = parts.filter((part) => part.kind === 'setting');
  const asked = [...settings].sort((a, b) => b.start - a.start).reduce((left, part) => replaced(left, part, ' '), text);
  return { asked: tidy(asked), settings: settings.map((part) => part.text).join(' ') };
}

/** Adds a condition that must hold, too. */
export function narrowed(text: string, parts: readonly QueryPart[], condition: string): string {
  const { asked, settings } = divided(text, parts);
  const choice = parts.some((part) => part.kind === 'or');
  return tidy(`${choice ? `(${asked})` : asked} ${condition} ${settings}`);
}

/** Moves what is meant towards a picture, or away from it. Away from nothing is none: the text stays. */
export function moved(text: string, parts: readonly QueryPart[], id: string, towards: boolean): string {
  const { asked, settings } = divided(text, parts);
  const meaning = parts.some((part) => ['word', 'phrase', 'like'].includes(part.kind) && !part.negated);
  if (!meaning) return towards ? tidy(`${asked} like:${id} ${settings}`) : text;
  if (parts.some((part) => part.kind === 'or')) return tidy(`(${asked}) ${towards ? '' : '-'}like:${id} ${settings}`);
  return tidy(`${asked} ${towards ? '+' : '-'} like:${id} ${settings}`);
}

/** Asks for what has this value alone, or no longer. */
export function toggled(text: string, parts: readonly QueryPart[], name: string, value: string): string {
  const said = partSaying(parts, name, value);
  return said ? without(text, parts, said) : narrowed(text, parts, field(name, value));
}

/** Tells a part from the others of its query, also after it was weighed or left out and those before it changed. */
export function identity(parts: readonly QueryPart[], part: QueryPart): string {
  const told = (one: QueryPart): string => `${one.kind} ${one.text.replace(/^-/, '').replace(WEIGHT, '')}`;
  const before = parts.slice(0, parts.indexOf(part)).filter((one) => told(one) === told(part));
  return `${told(part)} ${before.length}`;
}

/** A field as the query language writes it, with quotes where its value needs them. */
export function field(name: string, value: string): string {
  if (/^[\p{L}\p{N}_./#-]+$/u.test(value)) return `${name}:${value}`;
  return `${name}:"${value.replace(/[\\"]/g, '\\$&')}"`;
}

/** The part that says exactly this, if there is one. */
export function partSaying(parts: readonly QueryPart[], name: string, value: string): QueryPart | undefined {
  return parts.find((part) => part.field === name && part.value === value);
}
