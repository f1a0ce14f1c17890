import { expect, test } from 'vitest';
import { coordinates, exposed, exposure, places, sized } from './told';

test('short exposures are fractions, long ones seconds', () => {
  expect(exposure(0.004)).toBe('1/250 s');
  expect(exposure(0.5)).toBe('0.5 s');
  expect(exposure(30)).toBe('30 s');
});

test('what nothing tells is left out of the exposure', () => {
  expect(exposed({ taken: null, iso: 400 })).toBe('ISO 400');
  expect(exposed({ taken: null, iso: null })).toBe('');
});

test('a picture is told its size in pixels and bytes', () => {
  expect(sized({ width: 6000, height: 4000, size: 8_400_000 })).toBe('6000 × 4000, 24 MP · 8.4 MB');
});

test('places go from the nearest to the widest, each once', () => {
  const text = (kind: string, value: string): { kind: string; text: string; source: string } => ({ kind, text: value, source: 'gps' });
  expect(places({ texts: [text('country', 'Singapore'), text('city', 'Singapore'), text('location', 'Bedok')] })).toEqual([
    { field: 'place', value: 'Bedok' },
    { field: 'city', value: 'Singapore' },
  ]);
});

test('coordinates have their hemispheres', () => {
  expect(coordinates(38.7223, -9.1393)).toBe('38.7223° N, 9.1393° W');
});
