import { search } from '$lib/api';

/** Pixels of a placeholder from left to right, and from top to bottom. */
export const BLUR_WIDTH = 4;
export const BLUR_HEIGHT = 3;

const MOST_AT_ONCE = 400;
const MOST_KEPT = 20_000;
const PAUSE_MS = 40;

export type Ask = (ids: readonly string[]) => Promise<Record<string, string>>;

/** Four by three pixels as an image's data takes them; null for text that is none. */
export function pixelsOf(base64: string): Uint8ClampedArray<ArrayBuffer> | null {
  const bytes = atob(base64);
  if (bytes.length !== BLUR_WIDTH * BLUR_HEIGHT * 3) return null;
  const pixels = new Uint8ClampedArray(BLUR_WIDTH * BLUR_HEIGHT * 4);
  for (let pixel = 0; pixel < BLUR_WIDTH * BLUR_HEIGHT; pixel += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      pixels[pixel * 4 + channel] = bytes.charCodeAt(pixel * 3 + channel);
    }
    pixels[pixel * 4 + 3] = 255;
  }
  return pixels;
}

/** Tiny pictures to begin with, asked for in handfuls, the latest wishes first, and remembered. */
export class Blurs {
  #known = new Map<string, Uint8ClampedArray<ArrayBuffer> | null>();
  #wanted = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asking = false;

  constructor(
    private readonly arrived: (ids: readonly string[]) => void,
    private readonly ask: Ask = search.placeholders,
  ) {}

  get(id: string): Uint8ClampedArray<ArrayBuffer> | null {
    return this.#known.get(id) ?? null;
  }

  /** Exactly these are wanted now; what scrolled away is not asked for any more. */
  want(ids: Iterable<string>): void {
    this.#wanted = new Set([...ids].filter((id) => !this.#known.has(id)));
    if (this.#wanted.size > 0 && !this.#asking) this.#timer ??= setTimeout(() => void this.#fetch(), PAUSE_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#wanted.clear();
  }

  async #fetch(): Promise<void> {
    this.#timer = undefined;
    const ids = [...this.#wanted].slice(0, MOST_AT_ONCE);
    if (ids.length === 0) return;
    this.#asking = true;
    try {
      const found = await this.ask(ids);
      for (const id of ids) this.#known.set(id, found[id] ? pixelsOf(found[id]) : null);
      this.#forgetOldest();
      this.arrived(ids);
    } catch {
      // They are only an ornament: plain colours stay. Whoever needs the server is told by other requests.
    } finally {
      this.#asking = false;
      ids.forEach((id) => this.#wanted.delete(id));
      if (this.#wanted.size > 0) this.#timer ??= setTimeout(() => void this.#fetch(), PAUSE_MS);
    }
  }

  #forgetOldest(): void {
    for (const id of this.#known.keys()) {
      if (this.#known.size <= MOST_KEPT) return;
      this.#known.delete(id);
    }
  }
}
