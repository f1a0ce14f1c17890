import type { MessageKey } from '$lib/i18n';
import type { IconName } from '$lib/ui/icons';
import type { Component } from 'svelte';

export interface Page {
  title: MessageKey;
  icon: IconName;
  /** Whether the navigation lists it. */
  listed: boolean;
  /** Loaded when it is first opened, so that the gallery does not wait for it. */
  load: () => Promise<{ default: Component }>;
}

/** Every page but the gallery itself, by the first part of its address. One line a page. */
export const pages: Record<string, Page> = {};
