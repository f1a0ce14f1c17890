import { expect, test } from 'vitest';
import { Turns } from './turns';

const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

test('what is asked for while something is done is done after it, in order', async () => {
  const turns = new Turns();
  const done: number[] = [];
  const first = turns.take(async () => {
    await soon();
    done.push(1);
  });
  const second = turns.take(async () => done.push(2));
  expect(done).toEqual([]);
  await Promise.all([first, second]);
  expect(done).toEqual([1, 2]);
});

test('what went wrong is told to who asked for it, and holds up nobody', async () => {
  const turns = new Turns();
  const wrong = turns.take(() => Promise.reject(new Error('no')));
  const next = turns.take(() => Promise.resolve('done'));
  await expect(wrong).rejects.toThrow('no');
  await expect(next).resolves.toBe('done');
});
