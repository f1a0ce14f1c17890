import type { ActionResult } from '$lib/api/changes';
import { toasts } from '$lib/state/toasts.svelte';
import { Turns } from '$lib/state/turns';

type Done = Pick<ActionResult, 'action' | 'errors'>;

/** What a view does, one thing at a time: while it runs, `busy` is true; how it went, a toast says. */
export class Doing {
  #running = $state(0);
  readonly #turns = new Turns();

  get busy(): boolean {
    return this.#running > 0;
  }

  /**
   * Does it after what is still being done: who presses keys or drops pictures fast means each of them. `said` is what
   * the toast says, with an undo if anything changed. False where it was refused.
   */
  async change<T extends Partial<Done> & { action: string | null }>(ask: () => Promise<T>, said: string | ((done: T) => string)): Promise<boolean> {
    const change = async (): Promise<void> => {
      const done = await ask();
      toasts.done(typeof said === 'string' ? said : said(done), { action: done.action, errors: done.errors ?? [] });
    };
    return this.#turns.take(() => this.#do(change));
  }

  /** Does it, unless something is being done, and says something only where it was refused. */
  async run(does: () => Promise<unknown>): Promise<boolean> {
    return !this.busy && this.#do(does);
  }

  async #do(does: () => Promise<unknown>): Promise<boolean> {
    this.#running += 1;
    try {
      await does();
      return true;
    } catch (error) {
      toasts.failed(error);
      return false;
    } finally {
      this.#running -= 1;
    }
  }
}
