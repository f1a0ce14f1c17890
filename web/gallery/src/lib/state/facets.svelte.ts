import { Problem, search as ask } from '$lib/api';
import type { Facets, Level, SearchResult } from '$lib/api/search';

/** How what is shown divides. A search brings its own; of all pictures they are asked for apart. */
class Division {
  of = $state.raw<Facets | null>(null);
  #current: AbortController | null = null;

  async read(text: string, level: Level, result: SearchResult | null): Promise<void> {
    this.#current?.abort();
    if (result?.facets) {
      this.of = result.facets;
      return;
    }
    const control = new AbortController();
    this.#current = control;
    try {
      const found = await ask.facets(text, level, { signal: control.signal });
      if (!control.signal.aborted) this.of = found;
    } catch (error) {
      if (control.signal.aborted) return;
      if (!(error instanceof Problem)) throw error;
      this.of = null;
    }
  }
}

export const facets = new Division();
