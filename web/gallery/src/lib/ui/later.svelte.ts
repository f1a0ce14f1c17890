import type { Component } from 'svelte';

/**
 * A part of the page that the first look does not need: fetched when it is first shown, or before, when there is time.
 * From then on it stands there at once. {#await import(…)} takes some turns of the browser each time, and a key that is
 * pressed in them, right after what shows the part, is heard by nobody.
 */
export class Later<Props extends object> {
  #part = $state.raw<Component<Props> | null>(null);

  constructor(private readonly load: () => Promise<{ default: Component<Props> }>) {}

  /** To be written as `<later.part />`; nothing is shown until it is there. */
  get part(): Component<Props> | null {
    if (!this.#part) void this.fetch();
    return this.#part;
  }

  async fetch(): Promise<void> {
    this.#part ??= (await this.load()).default;
  }
}

const IDLE_MS = 1_500;

/** Fetches parts when the first look is over; the effect of a component whose parts they are. */
export function fetchWhenIdle(...parts: readonly { fetch: () => Promise<void> }[]): () => void {
  const idle = setTimeout(() => parts.forEach((part) => void part.fetch()), IDLE_MS);
  return () => clearTimeout(idle);
}
