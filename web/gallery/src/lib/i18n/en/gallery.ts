/** Strings of the gallery: searching, the wall of pictures, one picture. */
export const gallery = {
  'search.label': 'Search',
  'search.placeholder': 'Search by meaning, tag, date …',
  'search.clear': 'Clear the search',
  'search.count': { one: '{count} picture', other: '{count} pictures' },
} as const;
