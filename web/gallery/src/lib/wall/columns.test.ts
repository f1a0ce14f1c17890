import { expect, test } from 'vitest';
import type { Hit } from '$lib/api/images';
import type { LayoutColumns } from '$lib/api/search';
import { fromHits, fromLayout } from './columns';

const hit = (state: Hit['state']): Hit => ({ state, date: null, id: '1', content: 'c', width: 3, height: 2 }) as Hit;

test('which pictures are on drives that are away is known of the first ones and of all', () => {
  expect([...fromHits([hit('online'), hit('offline'), hit('online'), hit('offline')]).away]).toEqual([1, 3]);
  const layout = { ids: [], contents: [], widths: [], heights: [], days: [], colours: [], away: [4, 7] };
  expect([...fromLayout(layout as unknown as LayoutColumns).away]).toEqual([4, 7]);
});
