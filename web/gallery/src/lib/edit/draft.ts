import type { ImageEdit, ImageInfo } from '$lib/api/images';

/** What a person can say of a picture, as a form holds it. */
export interface Draft {
  tags: string[];
  title: string;
  description: string;
  caption: string;
  prompt: string;
  negative: string;
  favourite: boolean;
  rating: number;
}

export const TEXTS = ['title', 'description', 'caption', 'prompt', 'negative'] as const;
export type TextKind = (typeof TEXTS)[number];
export const FIELDS = ['tags', ...TEXTS, 'favourite', 'rating'] as const;
export type DraftField = (typeof FIELDS)[number];

/** The model's own tags are proposals, and no part of it. */
const isOwn = (source: string): boolean => source !== 'auto';

/** What the user wrote of a kind; '' where only files say something. */
export const written = (image: ImageInfo, kind: TextKind): string =>
  image.texts.find((text) => text.kind === kind && text.source === 'user')?.text ?? '';

/** What others say of it: shown behind an empty field, as it counts while that is empty. */
export const saidByOthers = (image: ImageInfo, kind: TextKind): string =>
  image.texts.find((text) => text.kind === kind && text.source !== 'user')?.text ?? '';

export function draftOf(image: ImageInfo): Draft {
  const texts = Object.fromEntries(TEXTS.map((kind) => [kind, written(image, kind)])) as Record<TextKind, string>;
  const tags = [...new Set(image.tags.filter((tag) => isOwn(tag.source)).map((tag) => tag.name))];
  return { ...texts, tags, favourite: image.favourite, rating: image.rating };
}

const sameTags = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((tag) => other.includes(tag));

const same = (one: Draft, other: Draft, field: DraftField): boolean =>
  field === 'tags' ? sameTags(one.tags, other.tags) : one[field] === other[field];

/** The fields in which two drafts differ. */
export const differing = (one: Draft, other: Draft): DraftField[] => FIELDS.filter((field) => !same(one, other, field));

/** What has to be asked so that `from` becomes `to`. */
export function changesBetween(from: Draft, to: Draft): ImageEdit {
  const edit: ImageEdit = {};
  const add = to.tags.filter((tag) => !from.tags.includes(tag));
  const remove = from.tags.filter((tag) => !to.tags.includes(tag));
  if (add.length || remove.length) edit.tags = { add, remove };
  for (const kind of TEXTS) if (from[kind] !== to[kind]) edit[kind] = to[kind];
  if (from.favourite !== to.favourite) edit.favourite = to.favourite;
  if (from.rating !== to.rating) edit.rating = to.rating;
  return edit;
}

/**
 * Somebody else changed the picture while it was edited here. What only one side changed is taken from that side; the
 * fields that both changed, and not alike, are `torn`: of these a person has to choose.
 */
export function reconcile(base: Draft, mine: Draft, theirs: Draft): { merged: Draft; torn: DraftField[] } {
  const merged: Draft = { ...theirs };
  const torn: DraftField[] = [];
  for (const field of differing(base, mine)) {
    if (field === 'tags') {
      // Tags are many words: both sides' additions and removals can hold at once.
      const removed = base.tags.filter((tag) => !mine.tags.includes(tag));
      const added = mine.tags.filter((tag) => !base.tags.includes(tag) && !theirs.tags.includes(tag));
      merged.tags = [...theirs.tags.filter((tag) => !removed.includes(tag)), ...added];
    } else {
      Object.assign(merged, { [field]: mine[field] });
      if (!same(base, theirs, field) && !same(mine, theirs, field)) torn.push(field);
    }
  }
  return { merged, torn };
}
