import { carriesPictures, droppedPictures } from '$lib/gestures/dragging.svelte';
import type { Action } from 'svelte/action';

/** Lets pictures be dropped on an element; while they are above it, it has the attribute `data-over`. */
export const droptarget: Action<HTMLElement, (ids: string[]) => void> = (element, dropped) => {
  function over(event: DragEvent): void {
    if (!carriesPictures(event)) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy';
    element.dataset.over = '';
  }

  function leave(event: DragEvent): void {
    if (!element.contains(event.relatedTarget as Node | null)) delete element.dataset.over;
  }

  function drop(event: DragEvent): void {
    delete element.dataset.over;
    if (!carriesPictures(event)) return;
    event.preventDefault();
    event.stopPropagation();
    dropped(droppedPictures(event));
  }

  element.addEventListener('dragenter', over);
  element.addEventListener('dragover', over);
  element.addEventListener('dragleave', leave);
  element.addEventListener('drop', drop);
  return {
    update: (next) => void (dropped = next),
    destroy: () => {
      element.removeEventListener('dragenter', over);
      element.removeEventListener('dragover', over);
      element.removeEventListener('dragleave', leave);
      element.removeEventListener('drop', drop);
    },
  };
};
