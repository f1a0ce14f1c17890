import type { Wall } from './justified';
import type { MonthMark } from './months';

/**
 * The scale beside a wall: its whole length stands for the wall's whole height. The pictures of one row follow each
 * other down the row's share of it, so that months that begin in the same row are told apart.
 */

export interface YearTick {
  /** Pixels from the upper end of the scale. */
  y: number;
  /** '' where there is no room to write it. */
  year: string;
}

const YEAR_DISTANCE = 26;
/** Half of what a written year takes: who points at it means it. */
const YEAR_REACH = 7;
/** What is computed to pixels of the scale and back is so much beside where it was, at most. */
const HAIR = 0.01;

/** The height of the wall that stands for a picture on the scale. */
export function heightOf(wall: Wall, index: number): number {
  const row = wall.rowOf(index);
  const [start, end] = [wall.rowStart(row), wall.rowStart(row + 1)];
  return wall.rowTop(row) + (wall.rowHeight(row) * (index - start)) / Math.max(1, end - start);
}

/** The picture that a height of the wall stands for. */
export function pictureAt(wall: Wall, y: number): number {
  const at = y + HAIR;
  const row = wall.rowAt(at);
  const [start, end] = [wall.rowStart(row), wall.rowStart(row + 1)];
  const down = (at - wall.rowTop(row)) / Math.max(1, wall.rowHeight(row));
  return Math.max(start, Math.min(end - 1, start + Math.floor(down * (end - start))));
}

/** Years where they begin on a scale so many pixels long, written so far apart that they can be read. */
export function yearTicks(marks: readonly MonthMark[], wall: Wall, tall: number): YearTick[] {
  const found: YearTick[] = [];
  let year = '';
  let last = -Infinity;
  for (const { month, index } of marks) {
    const of = month.slice(0, 4);
    if (!of || of === year) continue;
    year = of;
    const y = (heightOf(wall, index) / Math.max(1, wall.height)) * tall;
    const room = y - last >= YEAR_DISTANCE;
    if (room) last = y;
    found.push({ y, year: room ? of : '' });
  }
  return found;
}

/** Where somebody points who points at `y`: at the year that is written there, if one is. */
export function meant(ticks: readonly YearTick[], y: number): number {
  return ticks.find((tick) => tick.year && Math.abs(tick.y - y) <= YEAR_REACH)?.y ?? y;
}
