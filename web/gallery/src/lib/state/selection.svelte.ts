import type { Chosen } from '$lib/api/images';
import type { Level } from '$lib/api/search';
import { SvelteSet } from 'svelte/reactivity';

/** What is selected: single images, or everything a query finds without naming it. */
export class Selection {
  #ids = new SvelteSet<string>();
  #query = $state<{ query: string; level: Level; total: number } | null>(null);
  /** Where a range begins: the last image that was selected by itself. */
  anchor = $state<string | null>(null);
  /** Grows with every change, for those who draw marks by hand. */
  version = $state(0);

  get count(): number {
    return this.#query ? this.#query.total : this.#ids.size;
  }

  get empty(): boolean {
    return this.count === 0;
  }

  /** Whether it is everything that a query finds. */
  get everything(): boolean {
    return this.#query !== null;
  }

  get ids(): string[] {
    return [...this.#ids];
  }

  /** As the API takes it. */
  get chosen(): Chosen {
    return this.#query ? { query: this.#query.query, level: this.#query.level } : { ids: this.ids };
  }

  has(id: string): boolean {
    return this.#query !== null || this.#ids.has(id);
  }

  only(id: string): void {
    this.clear();
    this.#ids.add(id);
    this.anchor = id;
  }

  toggle(id: string): void {
    this.#query = null;
    if (!this.#ids.delete(id)) this.#ids.add(id);
    this.anchor = id;
  }

  add(ids: Iterable<string>): void {
    this.#query = null;
    for (const id of ids) this.#ids.add(id);
  }

  /** Exactly these, as a rubber band gives them. */
  set(ids: Iterable<string>): void {
    this.#query = null;
    const wanted = new Set(ids);
    for (const id of [...this.#ids]) if (!wanted.has(id)) this.#ids.delete(id);
    for (const id of wanted) this.#ids.add(id);
  }

  /** From the anchor to `id` in the order of `all`; without an anchor only `id`. */
  range(id: string, all: readonly string[]): void {
    const from = this.anchor === null ? -1 : all.indexOf(this.anchor);
    const to = all.indexOf(id);
    if (from < 0 || to < 0) {
      this.toggle(id);
      return;
    }
    this.add(all.slice(Math.min(from, to), Math.max(from, to) + 1));
  }

  /** Everything that `query` finds, shown or not. */
  all(query: string, level: Level, total: number): void {
    this.clear();
    this.#query = { query, level, total };
  }

  clear(): void {
    this.#ids.clear();
    this.#query = null;
    this.anchor = null;
  }
}

export const selection = new Selection();
