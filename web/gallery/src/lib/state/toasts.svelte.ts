import { changes, Problem } from '$lib/api';
import type { ActionResult } from '$lib/api/changes';
import { t } from '$lib/i18n';

export type Tone = 'plain' | 'good' | 'bad';

export interface Toast {
  id: number;
  text: string;
  /** A second line: what to do about it. */
  hint: string;
  tone: Tone;
  action: { label: string; run: () => void | Promise<void> } | null;
}

const SHOWN_MS = 6_000;
const SHOWN_WITH_ACTION_MS = 10_000;

class Toasts {
  shown = $state<Toast[]>([]);
  #last = 0;
  #timers = new Map<number, ReturnType<typeof setTimeout>>();

  show(text: string, more: Partial<Omit<Toast, 'id' | 'text'>> = {}): number {
    const toast: Toast = { id: ++this.#last, text, hint: '', tone: 'plain', action: null, ...more };
    this.shown = [...this.shown.slice(-2), toast];
    this.resume(toast.id);
    return toast.id;
  }

  dismiss(id: number): void {
    this.pause(id);
    this.shown = this.shown.filter((toast) => toast.id !== id);
  }

  /** Who points at a toast, or has the focus in it, is still reading. */
  pause(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }

  resume(id: number): void {
    const toast = this.shown.find((one) => one.id === id);
    if (!toast) return;
    this.pause(id);
    const stay = toast.action ? SHOWN_WITH_ACTION_MS : SHOWN_MS;
    this.#timers.set(id, setTimeout(() => this.dismiss(id), stay));
  }

  /** Tells of an error in its own words. Aborted requests are no news. Our own mistakes go on to the console. */
  failed(error: unknown): void {
    if (error instanceof DOMException && error.name === 'AbortError') return;
    if (!(error instanceof Problem)) {
      this.show(t('error.ours'), { tone: 'bad' });
      throw error;
    }
    this.show(error.detail || (error.away ? t('away.server.title') : error.title), { hint: error.hint, tone: 'bad' });
  }

  /** Tells what was done, with an undo if anything was. */
  done(text: string, result: Pick<ActionResult, 'action' | 'errors'>): void {
    const [first] = result.errors;
    const hint = first ? first.message : '';
    const { action } = result;
    if (action === null) {
      this.show(first ? first.message : t('undo.nothing'), { tone: first ? 'bad' : 'plain' });
      return;
    }
    this.show(text, { hint, tone: 'good', action: { label: t('undo'), run: () => this.undo(action) } });
  }

  /** Takes back what the newest toast offers to; false where none does. */
  undoNewest(): boolean {
    const newest = this.shown.findLast((toast) => toast.action !== null);
    if (!newest?.action) return false;
    this.dismiss(newest.id);
    void newest.action.run();
    return true;
  }

  async undo(action: string): Promise<void> {
    try {
      const { actions } = await changes.undo({ id: action });
      const skipped = actions.flatMap((one) => one.skipped);
      this.show(t('undo.done'), { hint: skipped[0] ?? '' });
    } catch (error) {
      this.failed(error);
    }
  }
}

export const toasts = new Toasts();
