import { expect, test } from 'vitest';
import { Selection } from './selection.svelte';

const all = ['a', 'b', 'c', 'd', 'e'];

test('a range goes from what was selected by itself to what is clicked, either way', () => {
  const selection = new Selection();
  selection.toggle('d');
  selection.range('b', all);
  expect(selection.ids.sort()).toEqual(['b', 'c', 'd']);
  selection.range('e', all);
  expect(selection.ids.sort()).toEqual(['b', 'c', 'd', 'e']);
});

test('a range without a beginning is the one picture', () => {
  const selection = new Selection();
  selection.range('c', all);
  expect(selection.ids).toEqual(['c']);
});

test('a rubber band selects exactly what it touches', () => {
  const selection = new Selection();
  selection.add(['a', 'b']);
  selection.set(['b', 'c']);
  expect(selection.ids).toEqual(['b', 'c']);
});

test('everything a query finds is named by the query, and one click ends that', () => {
  const selection = new Selection();
  selection.all('red car', 'loose', 12_000);
  expect(selection.count).toBe(12_000);
  expect(selection.has('whatever')).toBe(true);
  expect(selection.chosen).toEqual({ query: 'red car', level: 'loose' });
  selection.toggle('a');
  expect(selection.chosen).toEqual({ ids: ['a'] });
});

test('each change is told to those who draw by hand', () => {
  const selection = new Selection();
  const before = selection.version;
  selection.toggle('a');
  selection.clear();
  expect(selection.version).toBe(before + 2);
  expect(selection.empty).toBe(true);
});

test('what is not there any more is selected no more', () => {
  const selection = new Selection();
  selection.set(['a', 'b', 'c']);
  selection.keep((id) => id !== 'b');
  expect(selection.ids).toEqual(['a', 'c']);
});
