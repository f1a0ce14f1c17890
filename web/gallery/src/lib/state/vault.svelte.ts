import { vault as ask, Problem } from '$lib/api';
import { follow, type Change } from '$lib/api/events';
import type { Status } from '$lib/api/vault';

export type Presence = 'connecting' | 'here' | 'daemon-away' | 'server-away' | 'locked';

/** What is known of the vault behind the page, kept current by its events. */
class Vault {
  presence = $state<Presence>('connecting');
  status = $state.raw<Status | null>(null);
  #listeners = new Set<(change: Change) => void>();
  #stop: (() => void) | null = null;

  get here(): boolean {
    return this.presence === 'here';
  }

  /** Busy reading pictures: answers still grow. */
  get working(): boolean {
    return (this.status?.pending ?? 0) > 0;
  }

  /** Calls back for every change to the library, until the returned function is called. */
  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  start(): void {
    this.#stop ??= follow({
      change: (change) => this.#listeners.forEach((listener) => listener(change)),
      status: (status) => {
        this.status = status;
        this.presence = 'here';
      },
      daemon: (here) => {
        this.presence = here ? 'here' : 'daemon-away';
        // Whatever changed meanwhile was told to nobody.
        if (here) this.#catchUp();
      },
      connected: (connected) => (connected ? this.#opened() : void this.#lost()),
    });
  }

  stop(): void {
    this.#stop?.();
    this.#stop = null;
  }

  #opened(): void {
    if (this.presence === 'server-away' || this.presence === 'locked') this.#catchUp();
    if (this.presence !== 'daemon-away') this.presence = 'here';
  }

  #catchUp(): void {
    const seq = this.status?.seq ?? 0;
    this.#listeners.forEach((listener) => listener({ seq, topics: [] }));
  }

  /** An event stream does not tell why it was refused; a plain question does. */
  async #lost(): Promise<void> {
    try {
      this.status = await ask.status();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.presence = error.locked ? 'locked' : error.status === 503 ? 'daemon-away' : 'server-away';
    }
  }
}

export const vault = new Vault();
