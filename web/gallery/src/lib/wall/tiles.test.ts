import { expect, test } from 'vitest';
import { sizeFor } from './tiles';

test('a tile asks for the smallest thumbnail that is sharp in it', () => {
  expect(sizeFor({ width: 200, height: 150 }, 1)).toBe(256);
  expect(sizeFor({ width: 300, height: 220 }, 1)).toBe(512);
  expect(sizeFor({ width: 200, height: 150 }, 2)).toBe(512);
  expect(sizeFor({ width: 700, height: 220 }, 1)).toBe(1024);
  expect(sizeFor({ width: 200, height: 150 }, 3)).toBe(512);
});
