import type { ActionInfo, ActionResult, DuplicateGroup } from './changes';
import { change, get, segment, type Options } from './request';
import type { Level } from './search';

export type ImageState = 'online' | 'offline' | 'missing';

export interface Hit {
  id: string;
  name: string;
  path: string;
  rank: number;
  score: number | null;
  state: ImageState;
  tags: string[];
  width: number;
  height: number;
  date: string | null;
  size: number;
  mtime_ns: number;
  /** The first 16 hex digits of the content's hash: the name of its thumbnails. */
  content: string;
  grouped: number;
}

export interface FilePlace {
  path: string;
  state: ImageState;
  size: number;
  mtime_ns: number;
}

export interface TagOnImage {
  name: string;
  source: string;
  score: number | null;
}

export interface TextOnImage {
  kind: string;
  text: string;
  source: string;
}

export interface HowTaken {
  zone: string | null;
  exposure: number | null;
  aperture: number | null;
  focal: number | null;
  latitude: number | null;
  longitude: number | null;
  sources: Record<string, string>;
  told: Record<string, Record<string, string>>;
}

export interface GenerationOnImage {
  generator: string;
  model: string;
  loras: { name: string; weight: number | null }[];
  seed: string;
  steps: number | null;
  cfg: number | null;
  sampler: string;
  scheduler: string;
  width: number | null;
  height: number | null;
}

export interface ImageInfo {
  id: string;
  paths: FilePlace[];
  size: number;
  type: string;
  width: number;
  height: number;
  date: string | null;
  camera: string | null;
  tags: TagOnImage[];
  texts: TextOnImage[];
  favourite: boolean;
  rating: number;
  albums: string[];
  hash: string;
  seq: number;
  lens: string | null;
  iso: number | null;
  colors: Record<string, number>;
  mono: boolean | null;
  sharpness: number | null;
  brightness: number | null;
  ratings: Record<string, number>;
  taken: HowTaken | null;
  generation: GenerationOnImage | null;
  copy_of: string;
  duplicates: DuplicateGroup[];
  history: ActionInfo[];
}

/** What is not given stays as it is; an empty text is taken away. */
export interface ImageEdit {
  tags?: { add?: string[]; remove?: string[] };
  prompt?: string;
  negative?: string;
  caption?: string;
  title?: string;
  description?: string;
  favourite?: boolean;
  /** 1 to 5, 0 takes the user's own away. */
  rating?: number;
}

export type Chosen = { ids: readonly string[] } | { query: string; level?: Level };

export interface BatchEdit extends Pick<ImageEdit, 'tags' | 'favourite' | 'rating'> {
  album?: { add: string } | { remove: string };
  hide?: { query: string };
  accept?: string[];
  reject?: string[];
}

export type ThumbnailSize = 256 | 512 | 1024;

export const image = (id: string, options?: Options): Promise<ImageInfo> => get(`/api/image/${segment(id)}`, {}, options);

/** Throws a stale Problem if the image is not at `seq` any more. */
export const edit = (id: string, what: ImageEdit, seq?: number): Promise<ImageInfo> =>
  change('PATCH', `/api/image/${segment(id)}`, what, seq === undefined ? {} : { headers: { 'if-match': `"${seq}"` } });

export const batch = (chosen: Chosen, what: BatchEdit): Promise<ActionResult> =>
  change('POST', '/api/images/batch', { ...chosen, ...what });

/** The server picks the format by what the browser accepts. */
export const thumbnail = (content: string, size: ThumbnailSize): string => `/thumbnails/${content}-${size}.webp`;

export const thumbnailById = (id: string, size: ThumbnailSize): string => `/thumbnails/id/${segment(id)}-${size}`;

export const original = (id: string): string => `/api/image/${segment(id)}/file`;

export const workflow = (id: string): string => `/api/image/${segment(id)}/workflow`;
