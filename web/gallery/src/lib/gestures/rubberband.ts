import { selection } from '$lib/state/selection.svelte';
import type { Action } from 'svelte/action';

/** Pixels from the top left of the surface. */
export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Ids of the pictures that a box touches. */
export type Touched = (box: Box) => string[];

/** So far a hand may shake before a press is meant as a drag. */
const SHAKE_PX = 6;
const EDGE_PX = 48;
const EDGE_STEP_PX = 14;

/**
 * Draws a box with the mouse from an empty place of the surface, and selects what it touches. With Ctrl or Shift it adds
 * to what is selected; a click beside all pictures lets go of it. A finger scrolls instead.
 */
export const rubberband: Action<HTMLElement, Touched> = (surface, touched) => {
  let drawing: Drawing | null = null;

  function press(event: PointerEvent): void {
    const on = event.target as Element;
    if (event.button !== 0 || event.pointerType === 'touch' || (on !== surface && !on.hasAttribute('data-ground'))) return;
    event.preventDefault();
    (document.activeElement as HTMLElement | null)?.blur();
    const adding = event.ctrlKey || event.metaKey || event.shiftKey;
    drawing = new Drawing(surface, event, adding ? selection.ids : []);
    addEventListener('pointermove', move);
    addEventListener('pointerup', release);
    addEventListener('pointercancel', end);
    addEventListener('scroll', show, { capture: true, passive: true });
  }

  function move(event: PointerEvent): void {
    drawing?.point(event.clientX, event.clientY);
    show();
  }

  function show(): void {
    const box = drawing?.box();
    if (box && drawing) selection.set([...drawing.kept, ...touched(box)]);
  }

  function release(): void {
    if (drawing && !drawing.started && drawing.kept.length === 0) selection.clear();
    end();
  }

  function end(): void {
    drawing?.end();
    drawing = null;
    removeEventListener('pointermove', move);
    removeEventListener('pointerup', release);
    removeEventListener('pointercancel', end);
    removeEventListener('scroll', show, { capture: true });
  }

  surface.addEventListener('pointerdown', press);
  return {
    update: (next) => void (touched = next),
    destroy: () => {
      end();
      surface.removeEventListener('pointerdown', press);
    },
  };
};

/** One stroke: where it began, where the pointer is, and the box that is shown between. */
class Drawing {
  started = false;
  readonly #surface: HTMLElement;
  readonly #from: { x: number; y: number };
  readonly #shown = document.createElement('div');
  #at: { x: number; y: number };
  #frame = 0;

  constructor(
    surface: HTMLElement,
    event: PointerEvent,
    readonly kept: readonly string[],
  ) {
    this.#surface = surface;
    this.#at = { x: event.clientX, y: event.clientY };
    this.#from = this.#place();
    this.#shown.style.cssText =
      'position:absolute;inset-block-start:0;left:0;z-index:5;pointer-events:none;border:1px solid Highlight;' +
      'border-radius:2px;background:color-mix(in srgb, Highlight 22%, transparent)';
  }

  point(x: number, y: number): void {
    this.#at = { x, y };
    const to = this.#place();
    if (this.started || Math.hypot(to.x - this.#from.x, to.y - this.#from.y) <= SHAKE_PX) return;
    this.started = true;
    this.#surface.append(this.#shown);
    this.#frame = requestAnimationFrame(this.#creep);
  }

  box(): Box | null {
    if (!this.started) return null;
    const to = this.#place();
    const [left, right] = [Math.min(this.#from.x, to.x), Math.max(this.#from.x, to.x)];
    const [top, bottom] = [Math.min(this.#from.y, to.y), Math.max(this.#from.y, to.y)];
    const { style } = this.#shown;
    style.transform = `translate(${left}px, ${top}px)`;
    style.width = `${right - left}px`;
    style.height = `${bottom - top}px`;
    return { left, top, right, bottom };
  }

  end(): void {
    cancelAnimationFrame(this.#frame);
    this.#shown.remove();
  }

  /** The page scrolls on while the pointer is held at its edge. */
  readonly #creep = (): void => {
    const step = this.#at.y < EDGE_PX ? -EDGE_STEP_PX : this.#at.y > innerHeight - EDGE_PX ? EDGE_STEP_PX : 0;
    if (step) scroller(this.#surface).scrollBy(0, step);
    this.#frame = requestAnimationFrame(this.#creep);
  };

  #place(): { x: number; y: number } {
    const { left, top } = this.#surface.getBoundingClientRect();
    return { x: this.#at.x - left, y: this.#at.y - top };
  }
}

function scroller(surface: HTMLElement): Element {
  for (let at: HTMLElement | null = surface; at; at = at.parentElement) {
    if (at.scrollHeight > at.clientHeight && /auto|scroll/.test(getComputedStyle(at).overflowY)) return at;
  }
  return document.scrollingElement ?? document.documentElement;
}
