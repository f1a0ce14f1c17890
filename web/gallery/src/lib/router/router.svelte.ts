import { hashOf, placeOf, type Place } from './place';

/** Where the page is. The address says all of it, so that back, forward, reload and links work. */
class Router {
  place = $state.raw<Place>(placeOf(typeof location === 'undefined' ? '' : location.hash));

  constructor() {
    if (typeof window === 'undefined') return;
    const read = (): void => void (this.place = placeOf(location.hash));
    window.addEventListener('popstate', read);
    window.addEventListener('hashchange', read);
  }

  go(hash: string, { replace = false } = {}): void {
    if (hash === location.hash) return;
    if (replace) history.replaceState(history.state, '', hash);
    else history.pushState({ inside: true }, '', hash);
    this.place = placeOf(location.hash);
  }

  /** Changes some of the query's parameters and leaves the page; null takes one away. */
  with(changes: Record<string, string | null>, options: { replace?: boolean } = {}): void {
    const { page, rest, query } = this.place;
    this.go(hashOf(page, rest, { ...Object.fromEntries(query), ...changes }), options);
  }

  /** One step back if that stays in here, else to `otherwise`. */
  back(otherwise: string): void {
    if (history.state?.inside) history.back();
    else this.go(otherwise, { replace: true });
  }
}

export const router = new Router();
