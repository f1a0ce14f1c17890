import type { Wall } from './justified';

/**
 * The picture that a key goes to from `from`; null for keys that go nowhere. `page`: as many rows as a page has. To the
 * right is forward, or backward where reading goes from right to left.
 */
export function stepTo(key: string, wall: Wall, from: number, page: number): number | null {
  const last = wall.sizes.length - 1;
  const forward = wall.frame.rightToLeft ? -1 : 1;
  const to: Record<string, () => number> = {
    ArrowRight: () => from + forward,
    ArrowLeft: () => from - forward,
    ArrowDown: () => wall.vertical(from, 1),
    ArrowUp: () => wall.vertical(from, -1),
    PageDown: () => rows(wall, from, 1, page),
    PageUp: () => rows(wall, from, -1, page),
    Home: () => 0,
    End: () => last,
  };
  const step = to[key];
  return step ? Math.max(0, Math.min(last, step())) : null;
}

function rows(wall: Wall, from: number, by: -1 | 1, times: number): number {
  let at = from;
  for (let time = 0; time < times; time += 1) at = wall.vertical(at, by);
  return at;
}
