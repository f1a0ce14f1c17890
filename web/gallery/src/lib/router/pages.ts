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
export const pages: Record<string, Page> = {
  albums: { title: 'page.albums', icon: 'album', listed: true, load: () => import('../../pages/AlbumsPage.svelte') },
  album: { title: 'page.album', icon: 'album', listed: false, load: () => import('../../pages/AlbumPage.svelte') },
  saved: { title: 'page.saved', icon: 'saved', listed: true, load: () => import('../../pages/SavedPage.svelte') },
  tags: { title: 'page.tags', icon: 'tag', listed: true, load: () => import('../../pages/TagsPage.svelte') },
  places: { title: 'page.places', icon: 'place', listed: true, load: () => import('../../pages/PlacesPage.svelte') },
  duplicates: { title: 'page.duplicates', icon: 'copies', listed: true, load: () => import('../../pages/DuplicatesPage.svelte') },
  fetched: { title: 'page.fetched', icon: 'download', listed: true, load: () => import('../../pages/FetchedPage.svelte') },
  rules: { title: 'page.rules', icon: 'sliders', listed: true, load: () => import('../../pages/RulesPage.svelte') },
  files: { title: 'page.files', icon: 'warning', listed: true, load: () => import('../../pages/FilesPage.svelte') },
  models: { title: 'page.models', icon: 'model', listed: true, load: () => import('../../pages/ModelsPage.svelte') },
  history: { title: 'page.history', icon: 'history', listed: true, load: () => import('../../pages/HistoryPage.svelte') },
  vault: { title: 'page.vault', icon: 'settings', listed: true, load: () => import('../../pages/VaultPage.svelte') },
};
