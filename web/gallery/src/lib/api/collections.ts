import type { ActionResult } from './changes';
import type { Hit } from './images';
import { change, get, segment, type Options } from './request';
import type { Level } from './search';

export interface TagInfo {
  name: string;
  count: number;
  sources: Record<string, number>;
  id: string;
}

export interface AlbumInfo {
  id: string;
  name: string;
  count: number;
}

export interface Listing {
  hits: Hit[];
  seq: number;
}

export interface SavedInfo {
  id: string;
  name: string;
  query: string;
  level: Level;
  count: number | null;
  sort: string;
  limit: number | null;
}

export interface SavedEdit {
  name?: string;
  query?: string;
  level?: Level;
}

export const tags = (question: { prefix?: string; source?: string } = {}, options?: Options): Promise<{ tags: TagInfo[] }> =>
  get('/api/tags', question, options);
export const createTag = (name: string): Promise<ActionResult> => change('POST', '/api/tags', { name });
export const renameTag = (tag: string, name: string): Promise<ActionResult> =>
  change('PATCH', `/api/tags/${segment(tag)}`, { name });
export const deleteTag = (tag: string): Promise<ActionResult> => change('DELETE', `/api/tags/${segment(tag)}`);
export const mergeTags = (sources: string[], into: string): Promise<ActionResult> =>
  change('POST', '/api/tags/merge', { sources, into });

export const albums = (options?: Options): Promise<{ albums: AlbumInfo[] }> => get('/api/albums', {}, options);
export const album = (name: string, options?: Options): Promise<Listing> => get(`/api/albums/${segment(name)}`, {}, options);
export const createAlbum = (name: string): Promise<ActionResult> => change('POST', '/api/albums', { name });
export const renameAlbum = (name: string, to: string): Promise<ActionResult> =>
  change('PATCH', `/api/albums/${segment(name)}`, { name: to });
export const deleteAlbum = (name: string): Promise<ActionResult> => change('DELETE', `/api/albums/${segment(name)}`);
/** Before a picture that is in it, or to its 'end', what is in it already, too; without either only what is new, last. */
export const addToAlbum = (name: string, ids: readonly string[], before = ''): Promise<ActionResult> =>
  change('POST', `/api/albums/${segment(name)}/images`, before ? { ids, before } : { ids });
export const removeFromAlbum = (name: string, ids: readonly string[]): Promise<ActionResult> =>
  change('DELETE', `/api/albums/${segment(name)}/images`, { ids });

export const saved = (options?: Options): Promise<{ saved: SavedInfo[] }> => get('/api/saved', {}, options);
export const save = (name: string, query: string, level: Level): Promise<ActionResult> =>
  change('POST', '/api/saved', { name, query, level });
export const changeSaved = (name: string, what: SavedEdit): Promise<ActionResult> =>
  change('PATCH', `/api/saved/${segment(name)}`, what);
export const deleteSaved = (name: string): Promise<ActionResult> => change('DELETE', `/api/saved/${segment(name)}`);
