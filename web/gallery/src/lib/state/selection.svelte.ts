import type { Chosen } from '$lib/api/images';
import type { Level } from '$lib/api/search';

/** What is selected: single images, or everything a query finds without naming it. */
export class Selection {
  // A plain set, of which one counter tells that it changed: a hundred thousand observed entries would be slow.
  #ids = new Set<string>();
  #query = $state.raw<{ query: string; level: Level; total: number } | null>(null);
  #version = $state(0);
  /** Where a range begins: the last image that was selected by itself. */
  anchor = $state<string | null>(null);

  /** Grows with every change, for those who draw marks by hand. */
  get version(): number {
    return this.#version;
  }

  get count(): number {
    return this.#query ? this.#query.total : this.#read().size;
  }

  get empty(): boolean {
    return this.count === 0;
  }

  /** Whether it is everything that a query finds. */
  get everything(): boolean {
    return this.#query !== null;
  }

  get ids(): string[] {
    return [...this.#read()];
  }

  /** As the API takes it. */
  get chosen(): Chosen {
    return this.#query ? { query: this.#query.query, level: this.#query.level } : { ids: this.ids };
  }

  has(id: string): boolean {
    return this.#query !== null || this.#read().has(id);
  }

  only(id: string): void {
    this.#write(new Set([id]));
    this.anchor = id;
  }

  toggle(id: string): void {
    const ids = new Set(this.#ids);
    if (!ids.delete(id)) ids.add(id);
    this.#write(ids);
    this.anchor = id;
  }

  add(ids: Iterable<string>): void {
    const all = new Set(this.#ids);
    for (const id of ids) all.add(id);
    this.#write(all);
  }

  /** Exactly these, as a rubber band gives them. */
  set(ids: Iterable<string>): void {
    this.#write(new Set(ids));
  }

  /** From the anchor to `id` in the order of `all`; without an anchor only `id`. */
  range(id: string, all: readonly string[]): void {
    const from = this.anchor === null ? -1 : all.indexOf(this.anchor);
    const to = all.indexOf(id);
    if (from < 0 || to < 0) this.toggle(id);
    else this.add(all.slice(Math.min(from, to), Math.max(from, to) + 1));
  }

  /** Everything that `query` finds, shown or not. */
  all(query: string, level: Level, total: number): void {
    this.clear();
    this.#query = { query, level, total };
  }

  /** Lets go of those that are not `there`. */
  keep(there: (id: string) => boolean): void {
    if (this.#query || this.#ids.size === 0) return;
    const ids = new Set([...this.#ids].filter(there));
    if (ids.size < this.#ids.size) this.#write(ids);
  }

  clear(): void {
    this.#write(new Set());
    this.anchor = null;
  }

  #read(): Set<string> {
    void this.#version;
    return this.#ids;
  }

  #write(ids: Set<string>): void {
    this.#query = null;
    this.#ids = ids;
    this.#version += 1;
  }
}

export const selection = new Selection();
