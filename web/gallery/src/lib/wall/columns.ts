import type { Hit } from '$lib/api/images';
import type { LayoutColumns } from '$lib/api/search';

/** An answer as columns, in its order: what a wall of pictures is made from. Position i of each is the same picture. */
export interface Columns {
  readonly length: number;
  readonly ids: readonly string[];
  readonly contents: readonly string[];
  readonly widths: Int32Array;
  readonly heights: Int32Array;
  /** Days since 1970, NO_DAY where nothing tells when a picture was taken. */
  readonly days: Int32Array;
  /** 0xRRGGBB, NO_COLOUR where it is not known. */
  readonly colours: Int32Array;
  /** The positions of pictures whose drive is away. */
  readonly away: ReadonlySet<number>;
}

export const NO_DAY = -0x80000000;
export const NO_COLOUR = -1;
const DAY_MS = 86_400_000;

export const nothing: Columns = {
  length: 0,
  ids: [],
  contents: [],
  widths: new Int32Array(),
  heights: new Int32Array(),
  days: new Int32Array(),
  colours: new Int32Array(),
  away: new Set(),
};

export function fromLayout(layout: LayoutColumns): Columns {
  return {
    length: layout.ids.length,
    ids: layout.ids,
    contents: layout.contents,
    widths: Int32Array.from(layout.widths),
    heights: Int32Array.from(layout.heights),
    days: Int32Array.from(layout.days, (day) => day ?? NO_DAY),
    colours: Int32Array.from(layout.colours),
    away: new Set(layout.away),
  };
}

/** The same of listing records, which tell no colours. */
export function fromHits(hits: readonly Hit[]): Columns {
  return {
    length: hits.length,
    ids: hits.map((hit) => hit.id),
    contents: hits.map((hit) => hit.content),
    widths: Int32Array.from(hits, (hit) => hit.width),
    heights: Int32Array.from(hits, (hit) => hit.height),
    days: Int32Array.from(hits, (hit) => dayOf(hit.date)),
    colours: new Int32Array(hits.length).fill(NO_COLOUR),
    away: new Set(hits.flatMap((hit, index) => (hit.state === 'offline' ? [index] : []))),
  };
}

/** The day a date of the camera's own time names, whatever the zone here. */
export function dayOf(date: string | null): number {
  if (date === null) return NO_DAY;
  const day = Date.parse(date.slice(0, 10));
  return Number.isNaN(day) ? NO_DAY : day / DAY_MS;
}

/** Whether `longer` begins with all of `shorter`, so that what is shown already stays where it is. */
export function continues(longer: Columns, shorter: Columns): boolean {
  return shorter.length <= longer.length && shorter.ids.every((id, index) => longer.ids[index] === id);
}
