import { describe, expect, test } from 'vitest';
import { TALLEST, Wall, type Frame, type Sizes } from './justified';

/** The same numbers in each run: a linear congruential generator. */
function sizes(count: number, seed = 7): Sizes {
  let state = seed;
  const next = (): number => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
  const widths = Int32Array.from({ length: count }, () => 200 + Math.floor(next() * 5800));
  const heights = Int32Array.from({ length: count }, () => 200 + Math.floor(next() * 5800));
  return { length: count, widths, heights };
}

const frame: Frame = { width: 1440, rowHeight: 220, gap: 4 };
const first = (all: Sizes, count: number): Sizes => ({ ...all, length: count });

describe('a justified wall', () => {
  test('shows each picture once, in the order of the answer', () => {
    const wall = Wall.of(sizes(1000), frame);
    let seen = 0;
    for (let row = 0; row < wall.rows; row += 1) {
      expect(wall.rowStart(row)).toBe(seen);
      seen += wall.boxes(row).length;
    }
    expect(seen).toBe(1000);
  });

  test('fills the width in each row but the last, with gaps of the same size', () => {
    for (const width of [360, 768, 1440, 3840]) {
      const wall = Wall.of(sizes(500), { ...frame, width });
      for (let row = 0; row < wall.rows - 1; row += 1) {
        const boxes = wall.boxes(row);
        expect(boxes[0]?.x).toBe(0);
        const last = boxes.at(-1);
        expect((last?.x ?? 0) + (last?.width ?? 0)).toBe(width);
        for (let at = 1; at < boxes.length; at += 1) {
          const before = boxes[at - 1];
          expect(boxes[at]?.x).toBe((before?.x ?? 0) + (before?.width ?? 0) + frame.gap);
        }
      }
    }
  });

  test('keeps the shape of pictures to a pixel or two', () => {
    const all = sizes(300);
    const wall = Wall.of(all, frame);
    for (let index = 0; index < 290; index += 1) {
      const { width, height } = wall.box(index);
      const shape = Math.min(3.5, Math.max(0.4, (all.widths[index] ?? 1) / (all.heights[index] ?? 1)));
      expect(Math.abs(width - shape * height)).toBeLessThan(3);
    }
  });

  test('never moves what stands in full rows when more pictures come', () => {
    const all = sizes(2000);
    const whole = Wall.of(all, frame);
    for (const count of [1, 7, 200, 1500]) {
      const part = Wall.of(first(all, count), frame);
      for (let row = 0; row < part.rows - 1; row += 1) expect(part.boxes(row)).toEqual(whole.boxes(row));
    }
  });

  test('has rows near the wanted height', () => {
    const wall = Wall.of(sizes(1000), frame);
    for (let row = 0; row < wall.rows; row += 1) {
      expect(wall.rowHeight(row)).toBeGreaterThan(110);
      expect(wall.rowHeight(row)).toBeLessThan(440);
    }
  });

  test('does not blow up a single small answer to the whole width', () => {
    const wall = Wall.of({ length: 1, widths: [100], heights: [100] }, frame);
    expect(wall.box(0)).toEqual({ x: 0, y: 0, width: 220, height: 220 });
  });

  test('finds the row at a height and the row of a picture', () => {
    const wall = Wall.of(sizes(1000), frame);
    for (let row = 0; row < wall.rows; row += 1) {
      expect(wall.rowAt(wall.rowTop(row))).toBe(row);
      expect(wall.rowAt(wall.rowTop(row) + wall.rowHeight(row) - 1)).toBe(row);
      expect(wall.rowOf(wall.rowStart(row))).toBe(row);
      expect(wall.rowOf(wall.rowStart(row + 1) - 1)).toBe(row);
    }
    expect(wall.rowAt(-50)).toBe(0);
    expect(wall.rowAt(1e9)).toBe(wall.rows - 1);
  });

  test('is its own mirror image from right to left', () => {
    const all = sizes(100);
    const left = Wall.of(all, frame);
    const right = Wall.of(all, { ...frame, rightToLeft: true });
    for (let index = 0; index < 100; index += 1) {
      const [a, b] = [left.box(index), right.box(index)];
      expect(b).toEqual({ ...a, x: frame.width - a.x - a.width });
    }
  });

  test('goes up and down to the nearest picture, and stays at the edges', () => {
    const wall = Wall.of({ length: 6, widths: new Array(6).fill(300), heights: new Array(6).fill(200) }, { width: 998, rowHeight: 220, gap: 4 });
    expect(wall.rowStart(1)).toBe(3);
    expect(wall.vertical(1, 1)).toBe(4);
    expect(wall.vertical(5, -1)).toBe(2);
    expect(wall.vertical(0, -1)).toBe(0);
    expect(wall.vertical(4, 1)).toBe(4);
  });

  test('tells the pictures that a rubber band touches', () => {
    const wall = Wall.of(sizes(200), frame);
    const target = wall.box(50);
    expect(wall.within(target)).toEqual([50]);
    expect(wall.within({ x: 0, y: 0, width: frame.width, height: wall.height })).toHaveLength(200);
    expect(wall.within({ x: 0, y: wall.height + 10, width: 10, height: 10 })).toEqual([]);
  });

  test('shows pictures of unknown size as squares, and cuts what is extreme', () => {
    const wall = Wall.of({ length: 3, widths: [0, 20_000, 10], heights: [0, 100, 9000] }, frame);
    expect(wall.box(0).width).toBe(wall.box(0).height);
    expect(wall.box(1).width / wall.box(1).height).toBeCloseTo(3.5, 1);
    expect(wall.box(2).width / wall.box(2).height).toBeCloseTo(0.4, 1);
  });

  test('is empty without pictures', () => {
    const wall = Wall.of(sizes(0), frame);
    expect(wall.height).toBe(0);
    expect(wall.within({ x: 0, y: 0, width: 10, height: 10 })).toEqual([]);
  });

  test('of more pictures than can be scrolled has lower rows, and its end is reached', () => {
    const wall = Wall.of(sizes(150_000), { ...frame, width: 360 });
    expect(wall.height).toBeLessThanOrEqual(TALLEST);
    expect(wall.rowOf(149_999)).toBe(wall.rows - 1);
  });
});
