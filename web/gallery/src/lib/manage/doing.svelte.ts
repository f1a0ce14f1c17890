import type { ActionResult } from '$lib/api/changes';
import { toasts } from '$lib/state/toasts.svelte';

type Done = Pick<ActionResult, 'action' | 'errors'>;

/** One thing at a time that a view does: while it runs, `busy` is true; how it went, a toast says. */
export class Doing {
  busy = $state(false);

  /** Does it; `said` is what the toast says, with an undo if anything changed. False where it was refused. */
  async change<T extends Partial<Done> & { action: string | null }>(ask: () => Promise<T>, said: string | ((done: T) => string)): Promise<boolean> {
    return this.run(async () => {
      const done = await ask();
      toasts.done(typeof said === 'string' ? said : said(done), { action: done.action, errors: done.errors ?? [] });
    });
  }

  /** Does it, and says something only where it was refused. */
  async run(does: () => Promise<unknown>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    try {
      await does();
      return true;
    } catch (error) {
      toasts.failed(error);
      return false;
    } finally {
      this.busy = false;
    }
  }
}
