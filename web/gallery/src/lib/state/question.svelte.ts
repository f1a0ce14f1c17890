import { levels, type Level } from '$lib/api/search';
import { hashOf } from '$lib/router/place';
import { router } from '$lib/router/router.svelte';

/** What is asked: the address says it, so a link, a reload and the way back ask the same. */
class Question {
  readonly text = $derived(router.place.query.get('q') ?? '');
  readonly level = $derived<Level>(levels.find((level) => level === router.place.query.get('level')) ?? 'default');
  readonly sort = $derived(router.place.query.get('sort') ?? '');

  get empty(): boolean {
    return this.text.trim() === '';
  }

  /** The address of another question. */
  link(changes: { text?: string; level?: Level; sort?: string }): string {
    const { text = this.text, level = this.level, sort = this.sort } = changes;
    return hashOf('', [], { q: text.trim(), level: level === 'default' ? '' : level, sort });
  }

  ask(changes: { text?: string; level?: Level; sort?: string }, options: { replace?: boolean } = {}): void {
    router.go(this.link(changes), options);
  }
}

export const question = new Question();
