import { MediaQuery } from 'svelte/reactivity';

/** The frame around all pages. */
class Shell {
  /** Whether the menu of a small screen is open. */
  menu = $state(false);
  /** Whether the list of all keys is open. */
  keys = $state(false);
  #screen = new MediaQuery('width >= 60rem', true);

  /** Whether there is room for the navigation and the facets beside the pictures. */
  get wide(): boolean {
    return this.#screen.current;
  }
}

export const shell = new Shell();
