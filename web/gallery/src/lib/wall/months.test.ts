import { expect, test } from 'vitest';
import { NO_DAY, dayOf } from './columns';
import { markOf, monthMarks, monthOf } from './months';

const marks = (...dates: (string | null)[]): ReturnType<typeof monthMarks> => {
  const days = Int32Array.from(dates, dayOf);
  return monthMarks({ days, length: days.length });
};

test('a day is that of the camera, whatever its zone', () => {
  expect(dayOf('1970-01-02T23:59:59')).toBe(1);
  expect(dayOf('2024-05-03T00:30:00+14:00')).toBe(dayOf('2024-05-03'));
  expect(dayOf(null)).toBe(NO_DAY);
  expect(monthOf(dayOf('1969-12-31'))).toBe('1969-12');
});

test('months are marked where they begin, the newest first', () => {
  expect(marks('2024-05-03', '2024-05-01', '2024-04-30', '2023-04-30')).toEqual([
    { month: '2024-05', index: 0 },
    { month: '2024-04', index: 2 },
    { month: '2023-04', index: 3 },
  ]);
});

test('months are marked the other way round, too, and pictures without a date have a mark of their own', () => {
  expect(marks('2023-01-01', '2024-01-01', null, null)).toEqual([
    { month: '2023-01', index: 0 },
    { month: '2024-01', index: 1 },
    { month: '', index: 2 },
  ]);
});

test('an answer in another order has no months', () => {
  expect(marks('2023-01-01', '2024-01-01', '2023-06-01')).toBeNull();
});

test('the mark of a picture is the last one that is not behind it', () => {
  const found = marks('2024-05-03', '2024-05-01', '2024-04-30') ?? [];
  expect(markOf(found, 1)?.month).toBe('2024-05');
  expect(markOf(found, 2)?.month).toBe('2024-04');
  expect(markOf([], 0)).toBeUndefined();
});
