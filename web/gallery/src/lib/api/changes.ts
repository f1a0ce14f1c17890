import type { Chosen, FilePlace } from './images';
import { change, get, type Options } from './request';

export interface ItemError {
  item: string;
  message: string;
}

/** What a change did; `action` is null if nothing changed. */
export interface ActionResult {
  action: string | null;
  changed: number;
  unchanged: number;
  errors: ItemError[];
}

export interface ActionInfo {
  id: string;
  time: string;
  kind: string;
  summary: string;
  count: number;
  undone: boolean;
  skipped: string[];
  /** Some of the pictures that it changed. */
  images: string[];
}

export type DuplicateLevel = 'exact' | 'same' | 'similar';

/** `members`: the best first; `images`: the content of each. */
export interface DuplicateGroup {
  level: string;
  best: string;
  members: FilePlace[];
  image: string;
  images: string[];
  marked: string[];
}

export interface Merged extends ActionResult {
  image: string;
  best: string;
  copies: string[];
  gains: string[];
}

export interface Trashed extends ActionResult {
  moved: FilePlace[];
  kept: FilePlace[];
  bytes: number;
}

export type ExportWish = Chosen & { sidecars: boolean; folder?: string; links?: boolean };

export interface Exported {
  folder: string;
  written: number;
  bytes: number;
  errors: ItemError[];
}

export const undo = (which: { n: number } | { id: string }): Promise<{ actions: ActionInfo[] }> =>
  change('POST', '/api/undo', which);

export const log = (limit = 50, options?: Options): Promise<{ actions: ActionInfo[] }> => get('/api/log', { limit }, options);

export const duplicates = (level: DuplicateLevel, options?: Options): Promise<{ groups: DuplicateGroup[] }> =>
  get('/api/duplicates', { level }, options);

export const mergeDuplicates = (images: string[], best = '', dryRun = false): Promise<Merged> =>
  change('POST', '/api/duplicates/merge', { images, best, dry_run: dryRun });

/** Without `yes` it is only told what would go to the trash. */
export const trashDuplicates = (images: string[], level: 'exact' | 'same' | '', yes: boolean): Promise<Trashed> =>
  change('POST', '/api/duplicates/trash', { images, level, yes });

/** Where the zip is to be fetched from, once. */
export const exportZip = (wish: ExportWish): Promise<{ path: string }> =>
  change('POST', '/api/export', { ...wish, as: 'download' });

export const exportFolder = (wish: ExportWish): Promise<Exported> =>
  change('POST', '/api/export', { ...wish, as: 'folder' });
export const exportFolders = (options?: Options): Promise<{ folders: string[] }> => get('/api/export/folders', {}, options);
