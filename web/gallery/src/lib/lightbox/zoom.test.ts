import { expect, test } from 'vitest';
import { bounded, closest, fitted, pinched, whole, zoomed } from './zoom';

const stage = { width: 1000, height: 800 };
const photo = { width: 4000, height: 2000 };
const fit = fitted(photo, stage);

test('a large picture fills the stage, a small one is not blown up', () => {
  expect(fit).toEqual({ width: 1000, height: 500 });
  expect(fitted({ width: 100, height: 50 }, stage)).toEqual({ width: 100, height: 50 });
  expect(fitted({ width: 0, height: 0 }, stage)).toEqual({ width: 0, height: 0 });
});

test('what is under the pointer stays there', () => {
  const point = { x: 200, y: -100 };
  const view = zoomed({ scale: 2, x: 30, y: 40 }, 3, point);
  const before = { x: (point.x - 30) / 2, y: (point.y - 40) / 2 };
  const after = { x: (point.x - view.x) / view.scale, y: (point.y - view.y) / view.scale };
  expect(after.x).toBeCloseTo(before.x);
  expect(after.y).toBeCloseTo(before.y);
});

test('nobody gets further out than all of it, or closer than eight times its pixels', () => {
  const most = closest(photo, fit);
  expect(bounded({ scale: 0.2, x: 500, y: 9 }, fit, stage, most)).toEqual(whole);
  expect(bounded({ scale: 1e6, x: 0, y: 0 }, fit, stage, most).scale).toBe(32);
});

test('no gap is left where the picture could fill the stage', () => {
  const view = bounded({ scale: 2, x: 9999, y: 9999 }, fit, stage, 32);
  expect(view).toEqual({ scale: 2, x: 500, y: 100 });
});

test('two fingers that only move take the picture along', () => {
  const view = pinched(whole, [{ x: 0, y: 0 }, { x: 100, y: 0 }], [{ x: 10, y: 20 }, { x: 110, y: 20 }]);
  expect(view).toEqual({ scale: 1, x: 10, y: 20 });
});

test('two fingers that part come closer around their middle', () => {
  const view = pinched(whole, [{ x: -50, y: 0 }, { x: 50, y: 0 }], [{ x: -100, y: 0 }, { x: 100, y: 0 }]);
  expect(view).toEqual({ scale: 2, x: 0, y: 0 });
});
