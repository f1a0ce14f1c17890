import { Problem, search as ask } from '$lib/api';
import type { ParsedQuery, QueryPart } from '$lib/api/search';

const MOST_KEPT = 200;
const kept = new Map<string, ParsedQuery>();

/** The parts of a query as the daemon reads it. Throws Problem for what is no query. */
export async function parsed(text: string, signal?: AbortSignal): Promise<ParsedQuery> {
  if (text.trim() === '') return { canonical: '', parts: [] };
  const known = kept.get(text);
  if (known) return known;
  const found = await ask.parse(text, { signal });
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(text, found);
  return found;
}

/** The parts of what is asked, kept while the next ones are on their way. */
export class Parts {
  parts = $state.raw<QueryPart[]>([]);
  #current: AbortController | null = null;

  async read(text: string): Promise<void> {
    this.#current?.abort();
    const control = new AbortController();
    this.#current = control;
    try {
      const { parts } = await parsed(text, control.signal);
      if (control.signal.aborted) return;
      this.parts = parts;
    } catch (error) {
      if (control.signal.aborted) return;
      // The search itself tells what is wrong with it.
      if (!(error instanceof Problem)) throw error;
      this.parts = [];
    }
  }
}
