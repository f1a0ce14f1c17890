import type { ActionResult, ItemError } from './changes';
import type { Chosen, Hit } from './images';
import { change, file, get, segment, type Options } from './request';
import type { FailedFile, ModelInfo, OfflineVolume, RootInfo, RuleInfo, Status } from './vault';
import type { SavedInfo } from './collections';

/** What the pages beside the gallery ask: they are loaded with them, and not before. */

export interface SavedChanges {
  name: string;
  since: string | null;
  entered: Hit[];
  left: Hit[];
}

export interface RuleAdded {
  action: string | null;
  rule: string;
  matched: number;
  changed: number;
}

export interface RulesRun {
  action: string | null;
  rules: { id: string; query: string; tag: string; matched: number; changed: number }[];
}

export interface FeedbackEntry {
  query: string;
  id: string;
  name: string;
  verdict: 'hide' | 'prefer';
  time: string;
}

export interface Check {
  name: string;
  state: 'ok' | 'warn' | 'fail' | 'skip';
  message: string;
  fix: string;
}

export interface AutoTag {
  name: string;
  group: string;
  term: string;
  count: number;
  rejected: number;
}

export interface AutoTags {
  state: 'off' | 'tagging' | 'idle' | 'stopped';
  problem: string;
  done: number;
  total: number;
  images: number;
  tagged: number;
  tags: AutoTag[];
}

export interface SidecarWritten {
  path: string;
  sidecar: string;
  does: 'make' | 'change' | 'remove';
}

export interface WrittenMetadata {
  files: SidecarWritten[];
  written: number;
  unchanged: number;
  errors: ItemError[];
}

export interface Kept {
  path: string;
  bytes: number;
  images: number;
  tags: number;
}

export interface ConfigValue {
  value: unknown;
  default: unknown;
  source: string;
}

export type View = 'recent' | 'untagged' | 'favorites' | 'missing' | 'offline';
export type RuleLevel = RuleInfo['level'];

export const failed = (options?: Options): Promise<{ files: FailedFile[]; hidden: number }> => get('/api/failed', {}, options);
/** `files`: as FailedFile.file names them; none retries all. */
export const retryFailed = (files: string[] = []): Promise<{ files: FailedFile[] }> =>
  change('POST', '/api/failed/retry', files.length ? { files } : {});
export const offline = (options?: Options): Promise<{ volumes: OfflineVolume[] }> => get('/api/offline', {}, options);
export const history = (options?: Options): Promise<{ queries: { query: string; time: string }[] }> =>
  get('/api/history', {}, options);
export const models = (options?: Options): Promise<{ models: ModelInfo[] }> => get('/api/models', {}, options);
export const useModel = (name: string): Promise<{ model: ModelInfo; away: number }> => change('POST', '/api/models/use', { name });
export const pause = (): Promise<Status> => change('POST', '/api/pause');
export const resume = (): Promise<Status> => change('POST', '/api/resume');
export const roots = (options?: Options): Promise<{ roots: RootInfo[] }> => get('/api/roots', {}, options);
/** Watches a folder no more; what is left. */
export const unwatch = (id: string): Promise<{ roots: RootInfo[] }> => change('DELETE', `/api/roots/${segment(id)}`);
export const rescan = (): Promise<unknown> => change('POST', '/api/rescan');
export const rules = (options?: Options): Promise<{ rules: RuleInfo[] }> => get('/api/rules', {}, options);

export const countedSaved = (options?: Options): Promise<{ saved: SavedInfo[] }> => get('/api/saved', { count: true }, options);
export const savedChanges = (name: string, since: string, options?: Options): Promise<SavedChanges> =>
  get(`/api/saved/${segment(name)}/changes`, { since }, options);

export const addRule = (rule: { query: string; tag: string; level: RuleLevel; dry_run: boolean }): Promise<RuleAdded> =>
  change('POST', '/api/rules', rule);
export const removeRule = (id: string): Promise<ActionResult> => change('DELETE', `/api/rules/${segment(id)}`);
export const runRules = (rule = ''): Promise<RulesRun> => change('POST', '/api/rules/run', rule ? { rule } : {});

export const feedback = (options?: Options): Promise<{ feedback: FeedbackEntry[] }> => get('/api/feedback', {}, options);
export const takeBackVerdict = (entry: FeedbackEntry): Promise<ActionResult> =>
  change('POST', '/api/images/batch', { ids: [entry.id], [entry.verdict]: { query: entry.query, remove: true } });

export const forgetQuery = (query: string): Promise<unknown> => change('DELETE', `/api/history?${new URLSearchParams({ q: query })}`);
export const forgetQueries = (): Promise<unknown> => change('DELETE', '/api/history');

export const model = (name: string, options?: Options): Promise<{ model: ModelInfo & { folder: string; vector_bytes: number } }> =>
  get(`/api/models/${segment(name)}`, {}, options);
export const forgetModel = (name: string): Promise<{ model: string; vectors: number; bytes: number }> =>
  change('POST', '/api/models/forget', { name, yes: true });

export const autoTags = (options?: Options): Promise<AutoTags> => get('/api/autotags', {}, options);
export const runAutoTags = (): Promise<AutoTags> => change('POST', '/api/autotags/run');

export const view = (name: View, volume = '', options?: Options): Promise<{ hits: Hit[]; seq: number }> =>
  get(`/api/views/${name}`, { volume }, options);

/** Without `write` it is only told which sidecars would be another. */
export const writeMetadata = (chosen: Chosen, write: boolean): Promise<WrittenMetadata> =>
  change('POST', '/api/write-metadata', { ...chosen, write });
/** All that was said of the pictures, as a zip file. */
export const exportLibrary = (): Promise<Blob> => file('/api/export/library');
export const backup = (): Promise<Kept> => change('POST', '/api/backup');
export const doctor = (options?: Options): Promise<{ ok: boolean; checks: Check[] }> => get('/api/doctor', {}, options);
export const config = (options?: Options): Promise<{ values: Record<string, ConfigValue> }> => get('/api/config', {}, options);
