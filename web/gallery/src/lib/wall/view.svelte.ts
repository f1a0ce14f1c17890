import type { Wall } from './justified';

export interface Anchor {
  id: string;
  offset: number;
}

interface Shown {
  wall: () => Wall | null;
  node: (index: number) => HTMLElement | undefined;
  scrollTo: (index: number, middle?: boolean) => void;
  scroller: HTMLElement;
  host: HTMLElement;
}

/**
 * The wall that is on the screen, for whoever acts on it: gestures ask it what stands where, the lightbox brings it to
 * the picture that was looked at last.
 */
class WallView {
  /** The place in the answer that the keyboard is at. */
  active = $state(0);
  /** Whether it was reached by keys, and is to be seen. */
  byKeys = $state(false);
  #shown = $state.raw<Shown | null>(null);
  #anchor: Anchor | null = null;

  /** Where each picture stands; null while no wall is shown. */
  get wall(): Wall | null {
    return this.#shown?.wall() ?? null;
  }

  get scroller(): HTMLElement | null {
    return this.#shown?.scroller ?? null;
  }

  /** The element whose upper left corner is the origin of all boxes, and whose children are the tiles. */
  get host(): HTMLElement | null {
    return this.#shown?.host ?? null;
  }

  attach(shown: Shown): void {
    this.#shown = shown;
  }

  detach(anchor: Anchor | null): void {
    this.#shown = null;
    this.#anchor = anchor;
  }

  /** Where the wall stood when it was left, once. */
  takeAnchor(): Anchor | null {
    const anchor = this.#anchor;
    this.#anchor = null;
    return anchor;
  }

  /** Goes to a picture as keys do. */
  go(index: number): void {
    this.active = index;
    this.byKeys = true;
    this.#shown?.scrollTo(index);
  }

  /** Takes note of a picture that a pointer chose. */
  at(index: number): void {
    this.active = index;
    this.byKeys = false;
  }

  reveal(index: number): void {
    this.active = index;
    this.#shown?.scrollTo(index);
  }

  focus(): void {
    this.#shown?.host.focus({ preventScroll: true });
  }
}

export const wallView = new WallView();
