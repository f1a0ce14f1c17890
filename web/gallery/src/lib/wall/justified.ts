/**
 * Rows of pictures of one height each, that fill the width: the order of the answer is the order of reading, and what
 * comes later never moves what stands before. All of it is known from the pictures' sizes before any is loaded.
 */

export interface Sizes {
  readonly length: number;
  readonly widths: ArrayLike<number>;
  readonly heights: ArrayLike<number>;
}

export interface Frame {
  /** CSS pixels between the edges. */
  width: number;
  /** The height that rows are near. */
  rowHeight: number;
  gap: number;
  rightToLeft?: boolean;
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Browsers place nothing further down than some 17 million pixels; where rows reach it, they are made lower. */
export const TALLEST = 16_000_000;

/** A picture that is wider or higher than so is cut to it on the wall, and whole when it is opened. */
export const WIDEST = 3.5;
export const NARROWEST = 0.4;

/** Width by height as the wall shows it. What has no size yet is shown as a square. */
export function aspect(sizes: Sizes, index: number): number {
  const width = sizes.widths[index] ?? 0;
  const height = sizes.heights[index] ?? 0;
  if (width <= 0 || height <= 0) return 1;
  return Math.min(WIDEST, Math.max(NARROWEST, width / height));
}

export class Wall {
  private constructor(
    readonly sizes: Sizes,
    readonly frame: Frame,
    /** Index of the first picture of each row, and behind the last row the number of pictures. */
    private readonly starts: Int32Array,
    /** Where each row begins, and behind the last row where the wall ends. */
    private readonly tops: Float64Array,
    readonly rows: number,
  ) {}

  /** Lays out all pictures; rows become lower where the wall would be higher than browsers can scroll. */
  static of(sizes: Sizes, frame: Frame): Wall {
    let wall = Wall.laidOut(sizes, frame);
    for (let height = frame.rowHeight; wall.height > TALLEST && height > 16; ) {
      height *= 0.85;
      wall = Wall.laidOut(sizes, { ...frame, rowHeight: height });
    }
    return wall;
  }

  private static laidOut(sizes: Sizes, frame: Frame): Wall {
    const count = sizes.length;
    const starts = new Int32Array(count + 1);
    const tops = new Float64Array(count + 1);
    let rows = 0;
    let top = 0;
    for (let start = 0; start < count; ) {
      const { end, height } = nextRow(sizes, frame, start);
      starts[rows] = start;
      tops[rows] = top;
      top += height + frame.gap;
      rows += 1;
      start = end;
    }
    starts[rows] = count;
    tops[rows] = top;
    return new Wall(sizes, frame, starts.slice(0, rows + 1), tops.slice(0, rows + 1), rows);
  }

  get height(): number {
    return Math.max(0, (this.tops[this.rows] ?? 0) - this.frame.gap);
  }

  rowStart(row: number): number {
    return this.starts[row] ?? this.sizes.length;
  }

  rowTop(row: number): number {
    return this.tops[row] ?? 0;
  }

  rowHeight(row: number): number {
    return this.rowTop(row + 1) - this.rowTop(row) - this.frame.gap;
  }

  /** The row that stands at this height; the first or the last beyond the ends. */
  rowAt(y: number): number {
    return lastNotAbove(this.tops, y, this.rows);
  }

  /** The row of a picture. */
  rowOf(index: number): number {
    return lastNotAbove(this.starts, index, this.rows);
  }

  /** Where the pictures of a row stand: whole pixels, so that nothing is blurred, and flush with both edges. */
  boxes(row: number): Box[] {
    const { width, gap, rightToLeft } = this.frame;
    const [start, end] = [this.rowStart(row), this.rowStart(row + 1)];
    const [y, height] = [this.rowTop(row), this.rowHeight(row)];
    let sum = 0;
    for (let index = start; index < end; index += 1) sum += aspect(this.sizes, index);
    const inner = width - gap * (end - start - 1);
    // The last row keeps its pictures' shapes and may end early; all others fill the width.
    const full = row < this.rows - 1 || (sum * height) / inner > 0.97;
    const scale = full ? inner / sum : height;
    const boxes: Box[] = [];
    let before = 0;
    for (let index = start; index < end; index += 1) {
      const position = index - start;
      const from = Math.round(before * scale) + position * gap;
      before += aspect(this.sizes, index);
      const to = Math.round(before * scale) + position * gap;
      boxes.push({ x: rightToLeft ? width - to : from, y, width: to - from, height });
    }
    return boxes;
  }

  box(index: number): Box {
    const row = this.rowOf(index);
    const box = this.boxes(row)[index - this.rowStart(row)];
    if (!box) throw new RangeError(`There is no picture ${index} on a wall of ${this.sizes.length}.`);
    return box;
  }

  /** The picture above (-1) or below (+1) that stands nearest to the middle of this one; itself at the edge. */
  vertical(index: number, step: -1 | 1): number {
    const row = this.rowOf(index) + step;
    if (row < 0 || row >= this.rows) return index;
    const own = this.box(index);
    const middle = own.x + own.width / 2;
    const distances = this.boxes(row).map((box) => Math.abs(box.x + box.width / 2 - middle));
    return this.rowStart(row) + distances.indexOf(Math.min(...distances));
  }

  /** The pictures that a rectangle touches, as a rubber band asks, in order. */
  within(area: Box): number[] {
    const found: number[] = [];
    if (this.rows === 0 || area.y + area.height < 0 || area.y > this.height) return found;
    const last = this.rowAt(area.y + area.height);
    for (let row = this.rowAt(area.y); row <= last; row += 1) {
      this.boxes(row).forEach((box, position) => {
        if (touches(box, area)) found.push(this.rowStart(row) + position);
      });
    }
    return found;
  }
}

const touches = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** Takes pictures into a row until its height is as near to the wanted one as it can be. */
function nextRow(sizes: Sizes, frame: Frame, start: number): { end: number; height: number } {
  const { width, rowHeight, gap } = frame;
  let sum = 0;
  let looser = Infinity;
  for (let end = start + 1; end <= sizes.length; end += 1) {
    sum += aspect(sizes, end - 1);
    const height = Math.max(1, (width - gap * (end - start - 1)) / sum);
    if (height <= rowHeight) {
      const without = end - start > 1 && looser / rowHeight < rowHeight / height;
      return without ? { end: end - 1, height: Math.round(looser) } : { end, height: Math.round(height) };
    }
    looser = height;
  }
  return { end: sizes.length, height: Math.round(Math.min(looser, rowHeight)) };
}

/** Index of the last of the first `count` ascending values that is not above `value`; 0 if all are. */
function lastNotAbove(values: ArrayLike<number>, value: number, count: number): number {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((values[middle] ?? Infinity) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
