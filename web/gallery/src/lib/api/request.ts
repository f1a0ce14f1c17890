import { problemOf, unreachable } from './problem';

export type Value = string | number | boolean | null | undefined;

export interface Options {
  signal?: AbortSignal | undefined;
  headers?: Record<string, string>;
}

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** A path with its query; what is empty, null or false is left out, as every parameter's default. */
export function address(path: string, query: Record<string, Value> = {}): string {
  const filled = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '' && value !== false);
  if (filled.length === 0) return path;
  return `${path}?${new URLSearchParams(filled.map(([key, value]) => [key, String(value)]))}`;
}

/** One segment of a path: names of tags and albums hold slashes. */
export const segment = (name: string): string => encodeURIComponent(name);

async function send(method: Method, path: string, body: BodyInit | null, options: Options): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      body,
      headers: options.headers ?? {},
      signal: options.signal ?? null,
      credentials: 'same-origin',
    });
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    throw unreachable(cause);
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

/** Asks, and gives the JSON of the answer. Throws Problem, or AbortError where the signal ended it. */
export async function get<T>(path: string, query: Record<string, Value> = {}, options: Options = {}): Promise<T> {
  const response = await send('GET', address(path, query), null, options);
  return (await response.json()) as T;
}

/** Asks for a file. Throws Problem. */
export const file = async (path: string): Promise<Blob> => (await send('GET', path, null, {})).blob();

/** News of a change come a moment after its answer, or before. */
const NEWS_MS = 2_000;
let saying = 0;
let saidAt = -Infinity;

/** Whether this page itself said something a moment ago: what is told of now is most likely that. */
export const justSaid = (): boolean => saying > 0 || performance.now() - saidAt < NEWS_MS;

/** Says something, as JSON. Throws Problem. */
export async function change<T>(method: Exclude<Method, 'GET'>, path: string, body: unknown = {}, options: Options = {}): Promise<T> {
  const headers = { 'content-type': 'application/json', ...options.headers };
  saying += 1;
  const response = await send(method, path, JSON.stringify(body), { ...options, headers }).finally(() => {
    saying -= 1;
    saidAt = performance.now();
  });
  return (response.status === 204 ? null : await response.json()) as T;
}

/** Sends a file as it is, and gives the JSON of the answer. Throws Problem. */
export async function upload<T>(path: string, query: Record<string, Value>, file: Blob, options: Options = {}): Promise<T> {
  const headers = { 'content-type': file.type || 'application/octet-stream' };
  const response = await send('POST', address(path, query), file, { ...options, headers });
  return (await response.json()) as T;
}
