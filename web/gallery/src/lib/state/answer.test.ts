import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { answer, type Asked } from './answer.svelte';

type Answerer = (path: string) => unknown;

const hit = (id: number): object => ({ id: String(id), name: `${id}.jpg`, width: 30, height: 20, date: null, content: `c${id}` });
const columnsOf = (ids: number[]): object => ({
  seq: 1,
  snapshot: '',
  total: ids.length,
  ids: ids.map(String),
  widths: ids.map(() => 30),
  heights: ids.map(() => 20),
  days: ids.map(() => null),
  colours: ids.map(() => 0x102030),
  contents: ids.map((id) => `c${id}`),
  away: [],
});
const asked = (text: string): Asked => ({ text, level: 'default', sort: '', picture: null });
const result = (ids: number[], total: number): object => ({ hits: ids.map(hit), total, snapshot: 's', notes: [] });

/** Answers by path; what is a promise is waited for. */
function serving(answers: Answerer): void {
  vi.stubGlobal('fetch', async (path: string) => {
    const body = await answers(path);
    return body instanceof Response ? body : new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json' } });
  });
}

beforeEach(async () => {
  serving((path) => (path.startsWith('/api/images') ? { images: [], next: null, total: 0, seq: 1 } : columnsOf([])));
  await answer.load(asked(''));
});
afterEach(() => void vi.unstubAllGlobals());

test('the first pictures are shown while the places of all are still on their way', async () => {
  let send: (columns: object) => void = () => {};
  const layout = new Promise<object>((resolve) => (send = resolve));
  serving((path) => (path.startsWith('/api/images') ? { images: [hit(1), hit(2)], next: 'x', total: 4, seq: 1 } : layout));
  const loading = answer.load(asked(''));
  await vi.waitFor(() => expect(answer.columns.ids).toEqual(['1', '2']));
  expect(answer.total).toBe(4);
  expect(answer.loading).toBe(true);
  send(columnsOf([1, 2, 3, 4]));
  await loading;
  expect(answer.columns.ids).toEqual(['1', '2', '3', '4']);
  expect(answer.columns.colours[3]).toBe(0x102030);
  expect(answer.indexOf('3')).toBe(2);
  expect(answer.indexOf('9')).toBe(-1);
  expect(answer.loading).toBe(false);
});

test('an answer that was overtaken is thrown away', async () => {
  let slow: (found: object) => void = () => {};
  const first = new Promise<object>((resolve) => (slow = resolve));
  serving((path) => {
    if (path.includes('q=slow')) return path.startsWith('/api/search') ? first : columnsOf([1]);
    return path.startsWith('/api/search') ? result([7], 1) : columnsOf([7]);
  });
  const overtaken = answer.load(asked('slow'));
  await answer.load(asked('quick'));
  slow(result([1], 1));
  await overtaken;
  expect(answer.columns.ids).toEqual(['7']);
  expect(answer.asked.text).toBe('quick');
});

test('the same question again keeps what is further down until all is read', async () => {
  serving((path) => (path.startsWith('/api/images') ? { images: [hit(1)], next: 'x', total: 3, seq: 1 } : columnsOf([1, 2, 3])));
  await answer.load(asked(''));
  const never = new Promise<object>(() => {});
  serving((path) => (path.startsWith('/api/images') ? { images: [hit(1)], next: 'x', total: 3, seq: 2 } : never));
  void answer.reload();
  await vi.waitFor(() => expect(answer.hit('1')).toBeDefined());
  expect(answer.columns.ids).toEqual(['1', '2', '3']);
});

test('the same question again keeps what is further down though other pictures come first now', async () => {
  serving((path) => (path.startsWith('/api/images') ? { images: [hit(1)], next: 'x', total: 3, seq: 1 } : columnsOf([1, 2, 3])));
  await answer.load(asked(''));
  let send: (columns: object) => void = () => {};
  const layout = new Promise<object>((resolve) => (send = resolve));
  serving((path) => (path.startsWith('/api/images') ? { images: [hit(9)], next: 'x', total: 4, seq: 2 } : layout));
  const loading = answer.reload();
  await vi.waitFor(() => expect(answer.hit('9')).toBeDefined());
  expect(answer.columns.ids).toEqual(['1', '2', '3']);
  send(columnsOf([9, 1, 2, 3]));
  await loading;
  expect(answer.columns.ids).toEqual(['9', '1', '2', '3']);
});

test('a refusal is told, what was shown stays, and the next answer ends it', async () => {
  serving((path) => (path.startsWith('/api/search') ? result([5], 1) : columnsOf([5])));
  await answer.load(asked('good'));
  serving(() => new Response(JSON.stringify({ title: 'Bad query', detail: 'No.', position: 0 }), { status: 400, headers: { 'content-type': 'application/problem+json' } }));
  await answer.load(asked('bad:'));
  expect(answer.problem?.detail).toBe('No.');
  expect(answer.columns.ids).toEqual(['5']);
  serving((path) => (path.startsWith('/api/search') ? result([6], 1) : columnsOf([6])));
  await answer.load(asked('good again'));
  expect(answer.problem).toBeNull();
});
