import { get, type Options } from './request';

export interface RootInfo {
  id: string;
  path: string;
  state: string;
  files: number;
}

export interface Status {
  version: string;
  state: 'starting' | 'scanning' | 'ingesting' | 'idle' | 'paused' | 'degraded';
  reason: string;
  uptime_s: number;
  images: number;
  files: number;
  pending: number;
  failed: number;
  offline: number;
  rate_per_s: number;
  eta_s: number | null;
  seq: number;
  roots: RootInfo[];
  model: { name: string; revision: string; dim: number; reembed?: { done: number; total: number }; next?: string } | null;
  rss_bytes: number;
  reread?: { done: number; total: number };
}

export interface FailedFile {
  path: string;
  reason: string;
  kind: string;
  time: string;
  attempts: number;
  file: string;
  name: string;
  size: number;
  mtime_ns: number;
}

export interface OfflineVolume {
  id: string;
  name: string;
  count: number;
}

export interface ModelInfo {
  name: string;
  revision: string;
  dim: number;
  state: 'bundled' | 'local' | 'remote' | 'active' | 'building';
  bytes: number;
  licence: string;
  languages: string[];
  vectors: number;
  problem?: string;
  kind: 'search' | 'caption';
  /** How many pictures have a caption of its, of a model that writes them. */
  texts?: number;
}

export interface RuleInfo {
  id: string;
  query: string;
  level: 'strict' | 'default' | 'loose';
  tag: string;
  count: number;
  created: string;
  problem: string;
}

export const status = (options?: Options): Promise<Status> => get('/api/status', {}, options);
