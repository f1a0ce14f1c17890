import type { ActionResult } from './changes';
import { change, get, segment, type Options } from './request';

/** Pictures from elsewhere. Subscribing is left to a terminal; all else is told and done here. */

export interface Subscription {
  id: string;
  /** For showing: what may be a key in it is left out. */
  url: string;
  provider: 'gallery' | 'feed' | 'webdav' | 'sftp';
  site: string;
  every: string;
  limit: number;
  folder: string;
  tag: string;
  state: 'running' | 'waiting' | 'asked' | 'paused' | 'off';
  /** Why the last run failed; '' if it did not. */
  problem: string;
  pictures: number;
  gone: number;
  created: string;
  last: string | null;
  next: string | null;
}

export interface FetchRun {
  id: string;
  began: string;
  ended: string | null;
  outcome: 'running' | 'done' | 'capped' | 'failed' | 'cut';
  fetched: number;
  known: number;
  failed: number;
  bytes: number;
  problem: string;
  failures: { item: string; kind: string; reason: string }[];
}

export const subscriptions = (options?: Options): Promise<{ subscriptions: Subscription[] }> => get('/api/fetch', {}, options);
/** The newest runs, the last one first. */
export const runs = (id: string, options?: Options): Promise<{ runs: FetchRun[] }> =>
  get(`/api/fetch/${segment(id)}/log`, {}, options);
/** Begins a run and does not wait for it. */
export const run = (id: string): Promise<unknown> => change('POST', `/api/fetch/${segment(id)}/run`);
/** Not by itself any more; a run that is under way ends. */
export const pause = (id: string): Promise<ActionResult> => change('POST', `/api/fetch/${segment(id)}/pause`);
export const resume = (id: string): Promise<ActionResult> => change('POST', `/api/fetch/${segment(id)}/resume`);
/** Its pictures stay. */
export const remove = (id: string): Promise<ActionResult> => change('DELETE', `/api/fetch/${segment(id)}`);
