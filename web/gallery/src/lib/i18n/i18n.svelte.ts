import type { en } from './en';
import { first } from './first';
import { languages, type Language } from './languages';

type Plural = { one?: string; other: string; zero?: string; two?: string; few?: string; many?: string };
export type MessageKey = keyof typeof en;
/** What another language has to say: all of it, and plurals where English has them. */
export type Messages = { [K in MessageKey]: (typeof en)[K] extends string ? string : Plural };
type Values = Record<string, string | number>;

/** Fills `{name}` in a message; `count` chooses among its plurals. Numbers are written as the language writes them. */
export function fill(message: string | Plural, values: Values, tag: string): string {
  const text =
    typeof message === 'string' ? message : (message[new Intl.PluralRules(tag).select(Number(values.count ?? 0))] ?? message.other);
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? new Intl.NumberFormat(tag).format(value) : value;
  });
}

class I18n {
  language = $state<Language>('en');
  messages = $state.raw<Partial<Messages>>(first);

  get rightToLeft(): boolean {
    return languages[this.language].rightToLeft;
  }

  /** Loads a language's strings and turns the page to its direction. */
  async use(language: Language): Promise<void> {
    this.messages = await languages[language].load();
    this.language = language;
    document.documentElement.lang = language;
    document.documentElement.dir = this.rightToLeft ? 'rtl' : 'ltr';
  }
}

export const i18n = new I18n();

/** The string of a key in the language of the page; nothing for a moment, where it is still on its way. */
export function t(key: MessageKey, values: Values = {}): string {
  const message = i18n.messages[key];
  return message === undefined ? '' : fill(message, values, i18n.language);
}
