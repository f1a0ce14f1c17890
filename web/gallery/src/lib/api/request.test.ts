import { afterEach, expect, test, vi } from 'vitest';
import { Problem } from './problem';
import { address, change, get, justSaid } from './request';

const answering = (body: unknown, init: ResponseInit = {}): void => {
  const headers = { 'content-type': 'application/problem+json', ...init.headers };
  vi.stubGlobal('fetch', async () => new Response(JSON.stringify(body), { ...init, headers }));
};

afterEach(() => void vi.unstubAllGlobals());

async function refused(): Promise<Problem> {
  const error: unknown = await get('/api/search').catch((reason: unknown) => reason);
  if (!(error instanceof Problem)) throw new Error('there was no problem');
  return error;
}

test('what is empty is left out of an address, and zero is not empty', () => {
  expect(address('/api/search', { q: 'a b', sort: '', offset: 0, facets: false, level: undefined })).toBe('/api/search?q=a+b&offset=0');
});

test('a refusal tells what the daemon says, where, and what to do', async () => {
  answering({ title: 'Bad query', detail: 'No such field.', hint: 'Did you mean tag:?', position: 3 }, { status: 400 });
  expect(await refused()).toMatchObject({ status: 400, detail: 'No such field.', hint: 'Did you mean tag:?', position: 3, away: false });
});

test('a daemon that is away says when to ask again', async () => {
  answering({ title: 'Away' }, { status: 503, headers: { 'retry-after': '2' } });
  expect(await refused()).toMatchObject({ away: true, retryAfter: 2 });
});

test('a server that is not there is away, too', async () => {
  vi.stubGlobal('fetch', async () => Promise.reject(new TypeError('Failed to fetch')));
  expect(await refused()).toMatchObject({ status: 0, away: true });
});

test('an answer that is no JSON still has its status', async () => {
  vi.stubGlobal('fetch', async () => new Response('<html>', { status: 502, headers: { 'content-type': 'text/html' } }));
  expect(await refused()).toMatchObject({ status: 502, away: true });
});

test('what was said counts as said a moment ago, from before its answer until the news of it are over', async () => {
  vi.useFakeTimers();
  let answer: (response: Response) => void = () => {};
  vi.stubGlobal('fetch', () => new Promise<Response>((resolve) => (answer = resolve)));
  expect(justSaid()).toBe(false);
  const saying = change('POST', '/api/undo');
  expect(justSaid()).toBe(true);
  answer(new Response('{}'));
  await saying;
  expect(justSaid()).toBe(true);
  vi.advanceTimersByTime(3_000);
  expect(justSaid()).toBe(false);
  vi.useRealTimers();
});
