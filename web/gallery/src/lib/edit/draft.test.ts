import { describe, expect, it } from 'vitest';
import { changesBetween, reconcile, type Draft } from './draft';

const base: Draft = {
  tags: ['sea', 'old'],
  title: 'A beach',
  description: '',
  caption: '',
  prompt: '',
  negative: '',
  favourite: false,
  rating: 3,
};

describe('changes between two drafts', () => {
  it('name only what is another', () => {
    const edit = changesBetween(base, { ...base, tags: ['sea', 'new'], title: '', rating: 5 });
    expect(edit).toEqual({ tags: { add: ['new'], remove: ['old'] }, title: '', rating: 5 });
  });

  it('are none where tags only stand in another order', () => {
    expect(changesBetween(base, { ...base, tags: ['old', 'sea'] })).toEqual({});
  });
});

describe('two people editing the same picture', () => {
  it('both keep what only one of them changed', () => {
    const { merged, torn } = reconcile(base, { ...base, title: 'Mine' }, { ...base, rating: 5, caption: 'Theirs' });
    expect(merged).toEqual({ ...base, title: 'Mine', rating: 5, caption: 'Theirs' });
    expect(torn).toEqual([]);
  });

  it('must choose where they say different things', () => {
    const { merged, torn } = reconcile(base, { ...base, title: 'Mine' }, { ...base, title: 'Theirs' });
    expect(torn).toEqual(['title']);
    expect(merged.title).toBe('Mine');
  });

  it('need not choose where they say the same', () => {
    expect(reconcile(base, { ...base, rating: 5 }, { ...base, rating: 5 }).torn).toEqual([]);
  });

  it('may both change tags', () => {
    const { merged, torn } = reconcile(base, { ...base, tags: ['sea', 'mine'] }, { ...base, tags: ['sea', 'old', 'theirs'] });
    expect(merged.tags).toEqual(['sea', 'theirs', 'mine']);
    expect(torn).toEqual([]);
  });
});
