import type { QueryPart } from '$lib/api/search';
import { describe, expect, test } from 'vitest';
import { divided, field, identity, moved, narrowed, negated, replaced, toggled, weighed, without } from './text';

/** Parts as the daemon tells them, found by their text. */
function parts(text: string, ...said: [string, QueryPart['kind']][]): QueryPart[] {
  const all = Array.from(text);
  let from = 0;
  return said.map(([part, kind]) => {
    const length = Array.from(part).length;
    let start = from;
    while (all.slice(start, start + length).join('') !== part) {
      if (start > all.length) throw new Error(`${part} is not in ${text}`);
      start += 1;
    }
    from = start + length;
    return { text: part, kind, start, end: from, negated: part.startsWith('-'), field: '', value: '', weight: 1 };
  });
}

const at = (list: QueryPart[], index: number): QueryPart => {
  const part = list[index];
  if (!part) throw new Error(`no part ${index}`);
  return part;
};

describe('without a part', () => {
  test.each<[string, [string, QueryPart['kind']][], number, string]>([
    ['red car tag:old', [['red', 'word'], ['car', 'word'], ['tag:old', 'field']], 1, 'red tag:old'],
    ['night + snow', [['night', 'word'], ['+', 'sign'], ['snow', 'word']], 2, 'night'],
    ['night + snow', [['night', 'word'], ['+', 'sign'], ['snow', 'word']], 0, 'snow'],
    ['dog OR cat', [['dog', 'word'], ['OR', 'or'], ['cat', 'word']], 0, 'cat'],
    ['a OR b OR c', [['a', 'word'], ['OR', 'or'], ['b', 'word'], ['OR', 'or'], ['c', 'word']], 2, 'a OR c'],
    ['(dog) garden', [['(', 'open'], ['dog', 'word'], [')', 'close'], ['garden', 'word']], 1, 'garden'],
    ['a + b - c', [['a', 'word'], ['+', 'sign'], ['b', 'word'], ['-', 'sign'], ['c', 'word']], 2, 'a - c'],
    ['🐶🐶 rex', [['🐶🐶', 'word'], ['rex', 'word']], 1, '🐶🐶'],
  ])('%s', (text, said, index, left) => {
    const all = parts(text, ...said);
    expect(without(text, all, at(all, index))).toBe(left);
  });
});

test('positions count characters, not units of UTF-16', () => {
  expect(replaced('🐶 red', { start: 2, end: 5 }, 'blue')).toBe('🐶 blue');
});

test('a part is left out, and asked for again', () => {
  const all = parts('beach people', ['beach', 'word'], ['people', 'word']);
  expect(negated('beach people', at(all, 1))).toBe('beach -people');
  const left = parts('beach -people', ['beach', 'word'], ['-people', 'word']);
  expect(negated('beach -people', at(left, 1))).toBe('beach people');
});

test('a weight is said, changed and taken away; left out there is none', () => {
  expect(weighed('red car', at(parts('red car', ['red', 'word']), 0), 2)).toBe('2:red car');
  expect(weighed('2:red car', at(parts('2:red car', ['2:red', 'word']), 0), 0.5)).toBe('0.5:red car');
  expect(weighed('2:red car', at(parts('2:red car', ['2:red', 'word']), 0), 1)).toBe('red car');
  expect(negated('2:red car', at(parts('2:red car', ['2:red', 'word']), 0))).toBe('-red car');
});

test('settings stay outside of what is asked', () => {
  const text = 'dog OR cat sort:date limit:5';
  const all = parts(text, ['dog', 'word'], ['OR', 'or'], ['cat', 'word'], ['sort:date', 'setting'], ['limit:5', 'setting']);
  expect(divided(text, all)).toEqual({ asked: 'dog OR cat', settings: 'sort:date limit:5' });
  expect(narrowed(text, all, 'tag:old')).toBe('(dog OR cat) tag:old sort:date limit:5');
});

test('a query is moved towards a picture and away from it', () => {
  const words = parts('red car', ['red', 'word'], ['car', 'word']);
  expect(moved('red car', words, '7', true)).toBe('red car + like:7');
  expect(moved('red car', words, '7', false)).toBe('red car - like:7');
  expect(moved('', [], '7', true)).toBe('like:7');
  expect(moved('', [], '7', false)).toBe('');
  expect(moved('tag:old', parts('tag:old', ['tag:old', 'field']), '7', true)).toBe('tag:old like:7');
});

test('values are quoted where the language needs it', () => {
  expect(field('tag', 'pets/dogs')).toBe('tag:pets/dogs');
  expect(field('camera', 'NIKON D3')).toBe('camera:"NIKON D3"');
  expect(field('tag', 'a "b"')).toBe('tag:"a \\"b\\""');
  expect(field('color', '#c03020')).toBe('color:#c03020');
});

test('a part is known again after it and others were weighed or left out, and told from one that says the same', () => {
  const before = parts('red dog red', ['red', 'word'], ['dog', 'word'], ['red', 'word']);
  const after = parts('2:red -dog red', ['2:red', 'word'], ['-dog', 'word'], ['red', 'word']);
  const told = before.map((part) => identity(before, part));
  expect(after.map((part) => identity(after, part))).toEqual(told);
  expect(new Set(told).size).toBe(3);
});

test('a value is asked for, and then no longer', () => {
  const asked = toggled('red', parts('red', ['red', 'word']), 'tag', 'beach');
  expect(asked).toBe('red tag:beach');
  const [red, beach] = parts(asked, ['red', 'word'], ['tag:beach', 'field']);
  expect(toggled(asked, [at([red!], 0), { ...at([beach!], 0), field: 'tag', value: 'beach' }], 'tag', 'beach')).toBe('red');
});
