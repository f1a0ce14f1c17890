import type { Component } from 'svelte';

const AGAIN_MS = 3_000;

/**
 * A part of the page that the first look does not need: fetched when it is first shown, or before, when there is time.
 * From then on it stands there at once. {#await import(…)} takes some turns of the browser each time, and a key that is
 * pressed in them, right after what shows the part, is heard by nobody.
 */
export class Later<Props extends object> {
  #part = $state.raw<Component<Props> | null>(null);
  /** Grows when it is time to try again. */
  #tries = $state(0);

  constructor(private readonly load: () => Promise<{ default: Component<Props> }>) {}

  /**
   * To be written as `<later.part />`; nothing is shown until it is there. While the server is away, which the page tells
   * of, it is asked for again and again.
   */
  get part(): Component<Props> | null {
    void this.#tries;
    if (!this.#part) this.fetch().catch(() => setTimeout(() => (this.#tries += 1), AGAIN_MS));
    return this.#part;
  }

  async fetch(): Promise<void> {
    this.#part ??= (await this.load()).default;
  }
}

const IDLE_MS = 1_500;

/** Fetches parts when the first look is over; the effect of a component whose parts they are. */
export function fetchWhenIdle(...parts: readonly { fetch: () => Promise<void> }[]): () => void {
  // Who needs one that did not come asks for it again.
  const idle = setTimeout(() => parts.forEach((part) => void part.fetch().catch(() => {})), IDLE_MS);
  return () => clearTimeout(idle);
}
