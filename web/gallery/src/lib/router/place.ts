/** A place in the application, as the part of the address after '#' says it: /albums/Holiday?image=7. */
export interface Place {
  /** The page's name; '' is the gallery. */
  page: string;
  /** What follows it, decoded: names may hold slashes. */
  rest: string[];
  query: URLSearchParams;
}

const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    // A stray % in an address that somebody typed stands for itself.
    return part;
  }
};

export function placeOf(hash: string): Place {
  const [path = '', query = ''] = splitOnce(hash.replace(/^#?\/?/, ''), '?');
  const [page = '', ...rest] = path.split('/').filter(Boolean).map(decoded);
  return { page, rest, query: new URLSearchParams(query) };
}

/** The address of a place; empty values are left out. */
export function hashOf(page: string, rest: readonly string[] = [], query: Record<string, string | null | undefined> = {}): string {
  const path = [page, ...rest].filter(Boolean).map(encodeURIComponent).join('/');
  const filled = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const tail = filled.length ? `?${new URLSearchParams(filled)}` : '';
  return `#/${path}${tail}`;
}

function splitOnce(text: string, at: string): [string, string] {
  const index = text.indexOf(at);
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + at.length)];
}
