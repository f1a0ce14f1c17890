import { expect, test } from 'vitest';
import { hashOf, placeOf } from './place';

test('a place and its address say the same', () => {
  const place = placeOf(hashOf('album', ['Holiday/2024 & more'], { image: '7', q: 'red car' }));
  expect(place.page).toBe('album');
  expect(place.rest).toEqual(['Holiday/2024 & more']);
  expect(Object.fromEntries(place.query)).toEqual({ image: '7', q: 'red car' });
});

test('the gallery has the empty address, and what is empty is not written', () => {
  expect(hashOf('', [], { q: '', level: null })).toBe('#/');
  expect(placeOf('')).toMatchObject({ page: '', rest: [] });
  expect(placeOf('#/?q=a%2Bb').query.get('q')).toBe('a+b');
});

test('a stray percent sign that somebody typed is no error', () => {
  expect(placeOf('#/album/100%').rest).toEqual(['100%']);
});
