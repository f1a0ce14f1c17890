import { Problem, search as ask } from '$lib/api';
import type { Hit } from '$lib/api/images';
import type { ImagesPage, Level, SearchResult } from '$lib/api/search';
import { continues, fromHits, fromLayout, nothing, type Columns } from '$lib/wall/columns';

/** What an answer was asked by. A picture that was dropped here has no address, and is gone with the page. */
export type Asked = { text: string; level: Level; sort: string; picture: File | null };

/** More than a screen shows; the page asks ahead for as many (index.html). */
const FIRST = 80;
/** What is found by a picture that is sent comes in one piece. */
const BY_PICTURE = 500;

const emptyAsked: Asked = { text: '', level: 'default', sort: '', picture: null };

/** The answer that is shown: the first pictures at once, the places of all others as soon as they are known. */
class Answer {
  asked = $state.raw<Asked>(emptyAsked);
  columns = $state.raw<Columns>(nothing);
  /** What a search tells beside its hits; null where all pictures are shown. */
  result = $state.raw<SearchResult | null>(null);
  total = $state(0);
  loading = $state(false);
  /** Whether anything was answered since the page was opened. */
  begun = $state(false);
  problem = $state.raw<Problem | null>(null);
  /** The library changed after this was answered. */
  outdated = $state(false);

  #names = new Map<string, Hit>();
  #indices: Map<string, number> | null = null;
  #current: AbortController | null = null;
  /** The question that is asked is the one whose answer is shown. */
  #again = false;

  /** The listing record of a picture, of those that came first. */
  hit(id: string): Hit | undefined {
    return this.#names.get(id);
  }

  /** The place of a picture in the answer, -1 if it has none. */
  indexOf(id: string): number {
    this.#indices ??= new Map(this.columns.ids.map((one, index) => [one, index]));
    return this.#indices.get(id) ?? -1;
  }

  /** Asks anew. What was shown stays until something comes; an answer that was overtaken is thrown away. */
  async load(asked: Asked): Promise<void> {
    this.#current?.abort();
    const control = new AbortController();
    this.#current = control;
    this.#again = asked === this.asked;
    this.asked = asked;
    this.loading = true;
    this.outdated = false;
    try {
      await this.#answer(asked, control.signal);
      this.problem = null;
    } catch (error) {
      if (control.signal.aborted) return;
      if (!(error instanceof Problem)) throw error;
      this.problem = error;
    } finally {
      if (this.#current === control) {
        this.loading = false;
        this.begun = true;
      }
    }
  }

  /** The same question again. */
  reload(): Promise<void> {
    return this.load(this.asked);
  }

  async #answer({ text, level, sort, picture }: Asked, signal: AbortSignal): Promise<void> {
    if (picture) {
      const found = await ask.searchByPicture(picture, level, BY_PICTURE, { signal });
      this.#take({ ...found, total: found.hits.length }, signal);
      return;
    }
    if (text === '') {
      // One after the other: the places of all keep the first pictures from nothing then.
      this.#takePage(await ask.images({ limit: FIRST, sort }, { signal }), signal);
      this.#takeColumns(fromLayout(await ask.layout({ q: '', sort }, { signal })), signal);
      return;
    }
    const result = await ask.search({ q: text, level, sort, limit: FIRST, facets: true }, { signal });
    this.#take(result, signal);
    this.#takeColumns(fromLayout(await ask.layout({ q: text, level, sort, snapshot: result.snapshot }, { signal })), signal);
  }

  #takePage({ images, total }: ImagesPage, signal: AbortSignal): void {
    if (signal.aborted) return;
    this.result = null;
    this.#takeHits(images, total);
  }

  #take(result: SearchResult, signal: AbortSignal): void {
    if (signal.aborted) return;
    this.result = result;
    this.#takeHits(result.hits, result.total);
  }

  #takeHits(hits: Hit[], total: number): void {
    this.problem = null;
    this.begun = true;
    this.#names = new Map(hits.map((hit) => [hit.id, hit]));
    this.total = total;
    const first = fromHits(hits);
    // What is shown further down need not vanish while it is read again.
    const longer = this.columns.length > first.length && first.length < total;
    if (longer && (this.#again || continues(this.columns, first))) return;
    this.#show(first);
  }

  #takeColumns(columns: Columns, signal: AbortSignal): void {
    if (signal.aborted) return;
    this.total = columns.length;
    this.#show(columns);
  }

  #show(columns: Columns): void {
    this.#indices = null;
    this.columns = columns;
  }
}

export const answer = new Answer();
