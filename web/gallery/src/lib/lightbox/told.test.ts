import { expect, test } from 'vitest';
import { coordinates, exposed, exposure, origin, places, sized, tagged } from './told';

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

test('the page of a picture is a link only where it is a page of the web', () => {
  const page = (text: string): { texts: { kind: string; text: string; source: string }[] } => ({ texts: [{ kind: 'page', text, source: 'provider' }] });
  expect(origin(page('https://example.org/post/1'))[0]?.address).toBe('https://example.org/post/1');
  expect(origin(page('javascript:alert(1)'))[0]?.address).toBe('');
  expect(origin(page('Page 7 of the album'))[0]?.address).toBe('');
});

test('a tag that several programs gave is told once, with all of them', () => {
  const tag = (name: string, source: string): { name: string; source: string; score: null } => ({ name, source, score: null });
  const tags = [tag('trip', 'iptc'), tag('sea', 'user'), tag('trip', 'xmp'), tag('sea', 'xmp')];
  expect(tagged(tags)).toEqual([
    { name: 'trip', sources: ['iptc', 'xmp'] },
    { name: 'sea', sources: ['xmp'] },
  ]);
});
