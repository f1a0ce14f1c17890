import { NO_DAY, type Columns } from './columns';

export interface MonthMark {
  /** As 2024-05; '' for pictures of which nothing tells when they were taken. */
  month: string;
  /** The first picture of the month in the answer's order. */
  index: number;
}

const DAY_MS = 86_400_000;

/** As 2024-05 the month of a day since 1970; '' if there is none. */
export function monthOf(day: number): string {
  return day === NO_DAY ? '' : new Date(day * DAY_MS).toISOString().slice(0, 7);
}

/**
 * Where the months begin in an answer that is in order of time, either way; null if it is in another order. Pictures
 * without a date may stand anywhere.
 */
export function monthMarks({ days, length }: Pick<Columns, 'days' | 'length'>): MonthMark[] | null {
  const marks: MonthMark[] = [];
  let direction = 0;
  let dated = NO_DAY;
  for (let index = 0; index < length; index += 1) {
    const day = days[index] ?? NO_DAY;
    if (index > 0 && day === days[index - 1]) continue;
    if (day !== NO_DAY) {
      const step = dated === NO_DAY ? 0 : Math.sign(day - dated);
      if (step * direction < 0) return null;
      direction ||= step;
      dated = day;
    }
    const month = monthOf(day);
    if (month !== marks.at(-1)?.month) marks.push({ month, index });
  }
  return marks;
}

/** The mark that a picture stands under. */
export function markOf(marks: readonly MonthMark[], index: number): MonthMark | undefined {
  let low = 0;
  let high = marks.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((marks[middle]?.index ?? Infinity) <= index) low = middle;
    else high = middle - 1;
  }
  return marks[low];
}
