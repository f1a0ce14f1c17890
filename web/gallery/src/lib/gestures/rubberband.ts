import { selection } from '$lib/state/selection.svelte';

/** Pixels from the upper left corner of the wall. */
export interface Area {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** So far a hand may shake before a press is meant as a drag. */
const SHAKE_PX = 6;
const EDGE_PX = 48;
const EDGE_STEP_PX = 14;

/**
 * Draws a box with the mouse and selects what it touches: from an empty place, or with Shift from anywhere, as pictures
 * themselves are dragged elsewhere. With Shift or Ctrl it adds to what is selected; a click beside all pictures lets go
 * of it. A finger scrolls instead. Ends with the returned function.
 */
export function rubberband(scroller: HTMLElement, host: HTMLElement, touched: (area: Area) => string[]): () => void {
  let stroke: Stroke | null = null;

  function press(event: PointerEvent): void {
    const empty = event.target === scroller || event.target === host;
    // The bar that scrolls belongs to the same element, and lies beyond its content.
    const onBar = event.target === scroller && event.offsetX > scroller.clientWidth;
    if (event.button !== 0 || event.pointerType === 'touch' || onBar || !(empty || event.shiftKey)) return;
    const adding = event.shiftKey || event.ctrlKey || event.metaKey;
    stroke = new Stroke(scroller, host, event, adding ? selection.ids : []);
    addEventListener('pointermove', move);
    addEventListener('pointerup', release);
    addEventListener('pointercancel', end);
    addEventListener('keydown', giveUp, { capture: true });
    scroller.addEventListener('scroll', show, { passive: true });
  }

  function move(event: PointerEvent): void {
    stroke?.to(event.clientX, event.clientY);
    show();
  }

  function show(): void {
    const area = stroke?.draw();
    if (stroke && area) selection.set([...stroke.kept, ...touched(area)]);
  }

  function release(event: PointerEvent): void {
    if (stroke?.drawn) addEventListener('click', swallow, { capture: true, once: true });
    else if (stroke && !event.shiftKey && !event.ctrlKey && !event.metaKey) selection.clear();
    // The click follows at once, if it does at all.
    setTimeout(() => removeEventListener('click', swallow, { capture: true }));
    end();
  }

  function giveUp(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || !stroke) return;
    event.stopPropagation();
    selection.set(stroke.kept);
    end();
  }

  function end(): void {
    stroke?.end();
    stroke = null;
    removeEventListener('pointermove', move);
    removeEventListener('pointerup', release);
    removeEventListener('pointercancel', end);
    removeEventListener('keydown', giveUp, { capture: true });
    scroller.removeEventListener('scroll', show);
  }

  const noDrag = (event: DragEvent): void => {
    if (stroke) event.preventDefault();
  };

  scroller.addEventListener('pointerdown', press);
  scroller.addEventListener('dragstart', noDrag, { capture: true });
  return () => {
    end();
    scroller.removeEventListener('pointerdown', press);
    scroller.removeEventListener('dragstart', noDrag, { capture: true });
  };
}

function swallow(event: Event): void {
  event.stopPropagation();
  event.preventDefault();
}

/** One stroke: where it began, where the pointer is, and the box that is shown between. */
class Stroke {
  drawn = false;
  readonly #from: { x: number; y: number };
  readonly #box = document.createElement('div');
  #at: { x: number; y: number };
  #frame = 0;

  constructor(
    readonly scroller: HTMLElement,
    readonly host: HTMLElement,
    event: PointerEvent,
    readonly kept: readonly string[],
  ) {
    this.#at = { x: event.clientX, y: event.clientY };
    this.#from = this.#place();
    this.#box.className = 'band';
  }

  to(x: number, y: number): void {
    this.#at = { x, y };
    const place = this.#place();
    if (this.drawn || Math.hypot(place.x - this.#from.x, place.y - this.#from.y) <= SHAKE_PX) return;
    this.drawn = true;
    this.host.append(this.#box);
    this.#frame = requestAnimationFrame(this.#creep);
  }

  /** Shows the box, and tells what it covers; null before it is one. */
  draw(): Area | null {
    if (!this.drawn) return null;
    const to = this.#place();
    const [left, right] = [Math.min(this.#from.x, to.x), Math.max(this.#from.x, to.x)];
    const [top, bottom] = [Math.min(this.#from.y, to.y), Math.max(this.#from.y, to.y)];
    const { style } = this.#box;
    style.transform = `translate(${left}px, ${top}px)`;
    style.width = `${right - left}px`;
    style.height = `${bottom - top}px`;
    return { left, top, right, bottom };
  }

  end(): void {
    cancelAnimationFrame(this.#frame);
    this.#box.remove();
  }

  /** The wall scrolls on while the pointer is held at its edge. */
  readonly #creep = (): void => {
    const { top, bottom } = this.scroller.getBoundingClientRect();
    const step = this.#at.y < top + EDGE_PX ? -EDGE_STEP_PX : this.#at.y > bottom - EDGE_PX ? EDGE_STEP_PX : 0;
    if (step) this.scroller.scrollTop += step;
    this.#frame = requestAnimationFrame(this.#creep);
  };

  #place(): { x: number; y: number } {
    const { left, top } = this.host.getBoundingClientRect();
    return { x: this.#at.x - left, y: this.#at.y - top };
  }
}
