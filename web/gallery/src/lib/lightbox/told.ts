import { bytes, number, t } from '$lib/i18n';
import type { ImageInfo, TagOnImage, TextOnImage } from '$lib/api/images';

/** 1/250 s for what is shorter than a third of a second, as cameras write it. */
export function exposure(seconds: number): string {
  return seconds < 0.34 ? `1/${number(Math.round(1 / seconds))} s` : `${number(seconds, { maximumFractionDigits: 1 })} s`;
}

/** How a picture was exposed in one line: 1/250 s · f/2.8 · 50 mm · ISO 400; '' if nothing tells. */
export function exposed(info: Pick<ImageInfo, 'taken' | 'iso'>): string {
  const { taken, iso } = info;
  return [
    taken?.exposure ? exposure(taken.exposure) : '',
    taken?.aperture ? `f/${number(taken.aperture, { maximumFractionDigits: 1 })}` : '',
    taken?.focal ? `${number(taken.focal, { maximumFractionDigits: 0 })} mm` : '',
    iso ? `ISO ${iso}` : '',
  ]
    .filter(Boolean)
    .join(' · ');
}

export function sized(info: Pick<ImageInfo, 'width' | 'height' | 'size'>): string {
  const megapixels = number((info.width * info.height) / 1e6, { maximumFractionDigits: 1 });
  const dimensions = t('info.dimensions', { width: String(info.width), height: String(info.height), megapixels });
  return `${dimensions} · ${bytes(info.size)}`;
}

/** The texts of a kind, the user's own first, as they were told. */
export const textsOf = (info: Pick<ImageInfo, 'texts'>, kind: string): TextOnImage[] =>
  info.texts.filter((text) => text.kind === kind);

/** Each tag once, with those who gave it beside the user. */
export function tagged(tags: readonly TagOnImage[]): { name: string; sources: string[] }[] {
  const names = [...new Set(tags.map((tag) => tag.name))];
  const givers = (name: string): string[] => tags.filter((tag) => tag.name === name).map((tag) => tag.source);
  return names.map((name) => ({ name, sources: givers(name).filter((source) => source !== 'user') }));
}

/** What is written where the picture was taken, from the nearest to the widest, each with the field that finds it. */
export function places(info: Pick<ImageInfo, 'texts'>): { field: string; value: string }[] {
  const found = ['location', 'city', 'region', 'country'].flatMap((kind) =>
    textsOf(info, kind).slice(0, 1).map((text) => ({ field: kind === 'city' || kind === 'country' ? kind : 'place', value: text.text })),
  );
  return found.filter((one, index) => found.findIndex((other) => other.value === one.value) === index);
}

/** Degrees as people write them: 38.7223° N, 9.1393° W. */
export function coordinates(latitude: number, longitude: number): string {
  const written = (value: number, letters: string): string =>
    `${number(Math.abs(value), { maximumFractionDigits: 4 })}° ${letters[value < 0 ? 1 : 0]}`;
  return `${written(latitude, 'NS')}, ${written(longitude, 'EW')}`;
}

export interface Origin {
  kind: 'creator' | 'page' | 'rights' | 'audience';
  text: string;
  source: string;
  /** Of a page of the web; '' for all else: what a place calls its page may be a script. */
  address: string;
}

/** Who made it, the page it was shown on, whose it is and for whom it is fit, each as the first of its sources says. */
export const origin = (info: Pick<ImageInfo, 'texts'>): Origin[] =>
  (['creator', 'page', 'rights', 'audience'] as const).flatMap((kind) =>
    textsOf(info, kind).slice(0, 1).map(({ text, source }) => ({ kind, text, source, address: kind === 'page' && /^https?:\/\//i.test(text) ? text : '' })),
  );
