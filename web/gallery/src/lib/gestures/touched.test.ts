import { Wall } from '$lib/wall/justified';
import { describe, expect, it } from 'vitest';
import { touchedIndices } from './touched';

// Four squares a row of 100 pixels, with gaps of 4.
const count = 10;
const wall = Wall.of(
  { length: count, widths: new Array(count).fill(100), heights: new Array(count).fill(100) },
  { width: 412, rowHeight: 100, gap: 4 },
);

describe('what a rubber band touches', () => {
  it('is every picture it overlaps, in all rows it reaches', () => {
    expect(touchedIndices(wall, { left: 110, top: 50, right: 250, bottom: 150 })).toEqual([1, 2, 5, 6]);
  });

  it('is nothing where it stays in a gap', () => {
    const second = wall.rowTop(1);
    expect(touchedIndices(wall, { left: 0, top: second - 3, right: 400, bottom: second - 1 })).toEqual([]);
  });

  it('ends with the last row', () => {
    expect(touchedIndices(wall, { left: 0, top: 210, right: 400, bottom: 9000 })).toEqual([8, 9]);
  });

  it('is nothing on an empty wall', () => {
    const empty = Wall.of({ length: 0, widths: [], heights: [] }, { width: 400, rowHeight: 100, gap: 4 });
    expect(touchedIndices(empty, { left: 0, top: 0, right: 400, bottom: 400 })).toEqual([]);
  });
});
