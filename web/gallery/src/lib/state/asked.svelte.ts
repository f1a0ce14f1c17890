import { Problem } from '$lib/api';
import type { Options } from '$lib/api/request';
import { vault } from '$lib/state/vault.svelte';

/** Changes often come in bursts; asking once after one is enough. */
const PAUSE_MS = 250;

/**
 * An answer of the server that a page shows, kept current while it is shown: asked anew when something it reads of
 * changes (`ask` is an effect), and after changes to one of `topics`. To be made while a component is set up.
 */
export class Asked<T> {
  value = $state.raw<T | null>(null);
  problem = $state.raw<Problem | null>(null);
  readonly #ask: (options: Options) => Promise<T>;
  #running: AbortController | null = null;
  #coming: Promise<void> = Promise.resolve();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ask: (options: Options) => Promise<T>, topics: readonly string[] = []) {
    this.#ask = ask;
    $effect(() => {
      void this.again();
      return () => this.#running?.abort();
    });
    $effect(() => {
      const stop = vault.onChange((change) => {
        if (change.topics.length === 0 || change.topics.some((topic) => topics.includes(topic))) this.soon();
      });
      return () => {
        stop();
        clearTimeout(this.#timer);
      };
    });
  }

  /** Asks now; what was asked before and has not come yet is given up, and who waits for it waits for this instead. */
  again(): Promise<void> {
    this.#running?.abort();
    this.#running = new AbortController();
    this.#coming = this.#read(this.#running);
    return this.#coming;
  }

  async #read(mine: AbortController): Promise<void> {
    try {
      const value = await this.#ask({ signal: mine.signal });
      if (this.#running !== mine) return await this.#coming;
      this.value = value;
      this.problem = null;
    } catch (error) {
      if (this.#running !== mine) return await this.#coming;
      if (mine.signal.aborted) return;
      if (!(error instanceof Problem)) throw error;
      this.problem = error;
    }
  }

  soon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.again(), PAUSE_MS);
  }
}
