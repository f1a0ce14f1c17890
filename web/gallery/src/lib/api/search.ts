import type { Hit } from './images';
import { get, upload, type Options } from './request';

export type Level = 'strict' | 'default' | 'loose' | 'all';
export const levels: readonly Level[] = ['strict', 'default', 'loose', 'all'];

export interface SearchResult {
  query: string;
  canonical: string;
  level: Level;
  total: number;
  took_ms: number;
  model: string;
  cut: number | null;
  notes: string[];
  hits: Hit[];
  snapshot: string;
  seq: number;
  grouped: number;
  facets?: Facets;
}

/** Counts by facet and value. */
export type Facets = Record<string, Record<string, number>>;

export interface ImagesPage {
  images: Hit[];
  next: string | null;
  total: number;
  seq: number;
}

/**
 * Columns for all hits, side by side: what a layout needs and no more. `days` since 1970, `colours` as 0xRRGGBB; `away`
 * holds the places, from 0, of pictures whose drive is away.
 */
export interface LayoutColumns {
  seq: number;
  snapshot: string;
  total: number;
  ids: string[];
  widths: number[];
  heights: number[];
  days: (number | null)[];
  colours: number[];
  contents: string[];
  away: number[];
}

export interface Timeline {
  months: { month: string; count: number }[];
  undated: number;
}

/** A part of a query, from `start` to `end` in characters (code points). A `-` or a weight that touches it belongs to it. */
export interface QueryPart {
  text: string;
  start: number;
  end: number;
  kind: 'word' | 'phrase' | 'field' | 'like' | 'setting' | 'sign' | 'or' | 'open' | 'close';
  negated: boolean;
  field: string;
  value: string;
  weight: number;
}

export interface ParsedQuery {
  canonical: string;
  parts: QueryPart[];
}

export interface Completion {
  text: string;
  kind: string;
  count: number | null;
  about: string;
}

export interface Completions {
  start: number;
  completions: Completion[];
}

export interface PartMatch {
  text: string;
  role: 'asked' | 'term' | 'seen' | 'label' | 'excluded';
  matched: boolean;
  weight: number;
  similarity: number | null;
  floor: number | null;
  cut: number | null;
}

export interface Explanation {
  matched: boolean;
  score: number | null;
  similarity: number | null;
  floor: number | null;
  cut: number | null;
  words: { word: string; field: string }[];
  tags: string[];
  filters: { text: string; pass: boolean }[];
  fused: { semantic_rank: number | null; text_rank: number | null };
  parts: PartMatch[];
  feedback: string;
  grouped: number;
  behind: string;
}

export interface SearchQuestion {
  q: string;
  level?: Level | undefined;
  limit?: number | undefined;
  offset?: number | undefined;
  sort?: string | undefined;
  facets?: boolean | undefined;
  explain?: boolean | undefined;
  snapshot?: string | undefined;
  like?: string | undefined;
}

export const search = (question: SearchQuestion, options?: Options): Promise<SearchResult> =>
  get('/api/search', { ...question }, options);

/** What looks like a picture that is sent and not kept. */
export const searchByPicture = (file: Blob, level: Level, limit: number, options?: Options): Promise<SearchResult> =>
  upload('/api/search', { level, limit }, file, options);

export const images = (
  question: { q?: string; level?: Level; cursor?: string; limit?: number; sort?: string },
  options?: Options,
): Promise<ImagesPage> => get('/api/images', question, options);

export const layout = (
  question: { q: string; level?: Level; sort?: string; snapshot?: string },
  options?: Options,
): Promise<LayoutColumns> => get('/api/layout', question, options);

/** Base64 of 4x3 RGB pixels for each id, 500 ids at most. */
export const placeholders = async (ids: readonly string[], options?: Options): Promise<Record<string, string>> =>
  (await get<{ placeholders: Record<string, string> }>('/api/placeholders', { ids: ids.join(',') }, options)).placeholders;

/** Of the pictures that `layout` shows. */
export const timeline = (question: { q: string; level?: Level; sort?: string }, options?: Options): Promise<Timeline> =>
  get('/api/timeline', question, options);

export const facets = (q: string, level: Level, options?: Options): Promise<Facets> => get('/api/facets', { q, level }, options);

export const parse = (q: string, options?: Options): Promise<ParsedQuery> => get('/api/parse', { q }, options);

export const explain = (q: string, image: string, level: Level, options?: Options): Promise<Explanation> =>
  get('/api/explain', { q, image, level }, options);

/** How the text before the cursor may go on. */
export const complete = (prefix: string, options?: Options): Promise<Completions> =>
  get('/api/complete', { prefix, position: prefix.length }, options);
