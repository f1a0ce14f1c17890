import { expect, test } from 'vitest';
import { Wall } from './justified';
import { stepTo } from './steps';

/** Four rows of three pictures. */
const wall = (rightToLeft = false): Wall =>
  Wall.of(
    { length: 12, widths: new Array(12).fill(300), heights: new Array(12).fill(200) },
    { width: 998, rowHeight: 220, gap: 4, rightToLeft },
  );

test('arrows go to what stands there, and no further than the ends', () => {
  expect(stepTo('ArrowRight', wall(), 4, 2)).toBe(5);
  expect(stepTo('ArrowLeft', wall(), 0, 2)).toBe(0);
  expect(stepTo('ArrowDown', wall(), 4, 2)).toBe(7);
  expect(stepTo('ArrowUp', wall(), 1, 2)).toBe(1);
  expect(stepTo('ArrowRight', wall(), 11, 2)).toBe(11);
});

test('from right to left the right arrow goes back', () => {
  expect(stepTo('ArrowRight', wall(true), 4, 2)).toBe(3);
  expect(stepTo('ArrowLeft', wall(true), 4, 2)).toBe(5);
});

test('pages are as many rows, Home and End go all the way', () => {
  expect(stepTo('PageDown', wall(), 1, 2)).toBe(7);
  expect(stepTo('PageUp', wall(), 10, 2)).toBe(4);
  expect(stepTo('PageDown', wall(), 10, 9)).toBe(10);
  expect(stepTo('Home', wall(), 7, 2)).toBe(0);
  expect(stepTo('End', wall(), 7, 2)).toBe(11);
});

test('other keys go nowhere', () => {
  expect(stepTo('a', wall(), 3, 2)).toBeNull();
  expect(stepTo('Enter', wall(), 3, 2)).toBeNull();
});
