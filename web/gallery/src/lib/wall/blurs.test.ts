import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Blurs, pixelsOf } from './blurs';

const grey = btoa(String.fromCharCode(...new Array(36).fill(128)));

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('36 bytes are twelve opaque pixels, and other lengths are none', () => {
  const bytes = Array.from({ length: 36 }, (_, index) => index);
  const pixels = pixelsOf(btoa(String.fromCharCode(...bytes)));
  expect(pixels?.length).toBe(48);
  expect([...(pixels ?? [])].slice(0, 8)).toEqual([0, 1, 2, 255, 3, 4, 5, 255]);
  expect(pixelsOf(btoa('short'))).toBeNull();
});

test('what scrolled away before it was asked for is not asked for', async () => {
  const asked: string[][] = [];
  const blurs = new Blurs(() => {}, async (ids) => (asked.push([...ids]), {}));
  blurs.want(['1', '2']);
  blurs.want(['3']);
  await vi.runAllTimersAsync();
  expect(asked).toEqual([['3']]);
});

test('what is known is not asked for again, and those who wait are told', async () => {
  const told: string[] = [];
  const ask = vi.fn(async (ids: readonly string[]) => Object.fromEntries(ids.filter((id) => id !== '2').map((id) => [id, grey])));
  const blurs = new Blurs((ids) => told.push(...ids), ask);
  blurs.want(['1', '2']);
  await vi.runAllTimersAsync();
  blurs.want(['1', '2']);
  await vi.runAllTimersAsync();
  expect(ask).toHaveBeenCalledTimes(1);
  expect(told).toEqual(['1', '2']);
  expect(blurs.get('1')?.[0]).toBe(128);
  expect(blurs.get('2')).toBeNull();
});

test('an error leaves the colours, and the next wish is asked for', async () => {
  const ask = vi.fn<(ids: readonly string[]) => Promise<Record<string, string>>>();
  ask.mockRejectedValueOnce(new Error('away')).mockResolvedValue({ '2': grey });
  const blurs = new Blurs(() => {}, ask);
  blurs.want(['1']);
  await vi.runAllTimersAsync();
  blurs.want(['2']);
  await vi.runAllTimersAsync();
  expect(blurs.get('2')).not.toBeNull();
});
