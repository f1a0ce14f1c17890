import { expect, test } from 'vitest';
import { dayOf } from './columns';
import { Wall } from './justified';
import { markOf, monthMarks } from './months';
import { heightOf, meant, pictureAt, yearTicks } from './scale';

const TALL = 700;

/** A wall of squares, five in a row, of which a picture is taken every so many days, the newest first. */
function walled(length: number, days: number): { wall: Wall; marks: NonNullable<ReturnType<typeof monthMarks>> } {
  const sizes = { length, widths: new Int32Array(length).fill(100), heights: new Int32Array(length).fill(100) };
  const wall = Wall.of(sizes, { width: 1016, rowHeight: 200, gap: 4 });
  const taken = Int32Array.from({ length }, (_, index) => dayOf('2024-12-31') - index * days);
  return { wall, marks: monthMarks({ days: taken, length }) ?? [] };
}

test('every picture is found again where the scale shows it', () => {
  const { wall } = walled(189, 15);
  for (let index = 0; index < 189; index += 1) expect(pictureAt(wall, heightOf(wall, index))).toBe(index);
  expect(pictureAt(wall, wall.height)).toBe(188);
  expect(pictureAt(wall, 0)).toBe(0);
});

test('who points at a year is told a month of this year, in whichever column it begins', () => {
  const { wall, marks } = walled(189, 15);
  const ticks = yearTicks(marks, wall, TALL);
  expect(ticks.map((tick) => tick.year)).toEqual(['2024', '2023', '2022', '2021', '2020', '2019', '2018', '2017']);
  for (const { y, year } of ticks)
    for (const beside of [-6, 0]) {
      const picture = pictureAt(wall, (meant(ticks, y + beside) / TALL) * wall.height);
      expect(markOf(marks, picture)?.month).toBe(`${year}-12`);
    }
});

test('years that would lie on each other are not all written, and none is written twice', () => {
  const { wall, marks } = walled(189, 400);
  const undated = marks.flatMap((mark) => [mark, { month: '', index: mark.index }]);
  const ticks = yearTicks(undated, wall, TALL);
  expect(new Set(ticks.map((tick) => tick.y)).size).toBe(ticks.length);
  const written = ticks.filter((tick) => tick.year);
  expect(written.length).toBeLessThan(ticks.length);
  written.slice(1).forEach((tick, at) => expect(tick.y - (written[at]?.y ?? 0)).toBeGreaterThanOrEqual(26));
});
