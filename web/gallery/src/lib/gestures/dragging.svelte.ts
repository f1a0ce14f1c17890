import { images } from '$lib/api';
import { selection } from '$lib/state/selection.svelte';

/** What is carried between two places of the page: the pictures' ids. */
const CARRIED = 'application/x-visionary-vault';
const TYPES: Record<string, string> = {
  avif: 'image/avif',
  bmp: 'image/bmp',
  gif: 'image/gif',
  heic: 'image/heic',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  jxl: 'image/jxl',
  png: 'image/png',
  svg: 'image/svg+xml',
  tif: 'image/tiff',
  tiff: 'image/tiff',
  webp: 'image/webp',
};

/** What is dragged on this page now; a list of places to drop it on shows itself meanwhile. */
export const dragging = $state<{ ids: string[] }>({ ids: [] });

/** A picture that can be dragged. */
export interface Draggable {
  id: string;
  /** Of its file; '' where it is not known yet. */
  name: string;
}

/**
 * Begins to drag a picture: all that are selected, if it is one of them. Dropped on the desktop, Chromium saves the
 * original under its own name (DownloadURL); other programs are given its address.
 */
export function dragPicture(event: DragEvent, picture: Draggable): void {
  const data = event.dataTransfer;
  if (!data) return;
  const ids = selection.ids.includes(picture.id) ? selection.ids : [picture.id];
  const address = new URL(images.original(picture.id), location.href).href;
  const name = (picture.name || picture.id).replaceAll(':', '_');
  data.effectAllowed = 'copyLink';
  data.setData(CARRIED, JSON.stringify(ids));
  data.setData('DownloadURL', `${TYPES[name.split('.').pop()?.toLowerCase() ?? ''] ?? 'application/octet-stream'}:${name}:${address}`);
  data.setData('text/uri-list', address);
  // What is dragged must stay as it is until the browser has drawn it.
  requestAnimationFrame(() => void (dragging.ids = ids));
}

/** Whether pictures of this page are dragged, and no file from elsewhere. */
export const carriesPictures = (event: DragEvent): boolean => event.dataTransfer?.types.includes(CARRIED) ?? false;

/** The ids of the pictures that are dropped. */
export function droppedPictures(event: DragEvent): string[] {
  const text = event.dataTransfer?.getData(CARRIED);
  return text ? (JSON.parse(text) as string[]) : [];
}
