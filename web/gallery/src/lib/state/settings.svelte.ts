import { languages, type Language } from '$lib/i18n/languages';

export type Theme = 'system' | 'dark' | 'light';

const KEY = 'vvault';

interface Kept {
  theme: Theme;
  language: Language | null;
  /** Wanted height of a row of pictures, in CSS pixels. */
  rowHeight: number;
  facets: boolean;
  /** Whether what is known of a picture stands beside it. */
  info: boolean;
}

const defaults: Kept = { theme: 'system', language: null, rowHeight: 220, facets: false, info: false };

/** How this browser shows the gallery; kept here and told to nobody. */
class Settings {
  #kept = $state<Kept>(defaults);

  constructor() {
    if (typeof localStorage === 'undefined') return;
    try {
      this.#kept = { ...defaults, ...JSON.parse(localStorage.getItem(KEY) ?? '{}') };
    } catch {
      // Not ours, or cut off: as if nothing were kept.
      localStorage.removeItem(KEY);
    }
  }

  get theme(): Theme {
    return this.#kept.theme;
  }

  get language(): Language | null {
    const { language } = this.#kept;
    return language && language in languages ? language : null;
  }

  get rowHeight(): number {
    return this.#kept.rowHeight;
  }

  get facets(): boolean {
    return this.#kept.facets;
  }

  get info(): boolean {
    return this.#kept.info;
  }

  keep(changes: Partial<Kept>): void {
    this.#kept = { ...this.#kept, ...changes };
    localStorage.setItem(KEY, JSON.stringify(this.#kept));
    this.apply();
  }

  /** Gives the document its theme, now and when the system's changes. */
  apply(): void {
    const system = matchMedia('(prefers-color-scheme: light)');
    const light = this.theme === 'light' || (this.theme === 'system' && system.matches);
    document.documentElement.dataset.theme = light ? 'light' : 'dark';
    system.onchange = () => this.apply();
  }
}

export const settings = new Settings();
