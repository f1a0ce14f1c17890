import { thumbnail, type ThumbnailSize } from '$lib/api/images';
import { icons } from '$lib/ui/icons';
import { Blurs, BLUR_HEIGHT, BLUR_WIDTH } from './blurs';
import { NO_COLOUR, type Columns } from './columns';
import type { Box, Wall } from './justified';
import './tiles.css';

/** What a tile is told by its owner. */
export interface Marks {
  selected: (id: string) => boolean;
  label: (index: number) => string;
}

interface Tile {
  node: HTMLElement;
  image: HTMLImageElement;
  canvas: HTMLCanvasElement;
  index: number;
  id: string;
  source: string;
  blurred: boolean;
  /** How often its picture was asked for again. */
  tries: number;
}

/** How far above and below of what is seen tiles are kept, in heights of the window. */
const MARGIN = 0.6;
/** Faster than so, in heights of the window a second, nobody sees pictures: only colours fly past. */
const FAST = 4;
const REST_MS = 90;
/** A preview that takes long to make is refused for the moment, and asked for again. */
const AGAIN_MS = 1_500;
const MOST_TRIES = 5;

/** The smallest thumbnail that is sharp in this box. */
export function sizeFor(box: Pick<Box, 'width' | 'height'>, density: number): ThumbnailSize {
  const longest = Math.max(box.width, box.height) * Math.min(density, 2);
  return longest <= 290 ? 256 : longest <= 580 ? 512 : 1024;
}

/**
 * The pictures near what is seen, as nodes that are used again: one for each place in the answer, moved by transforms
 * alone. Nothing is measured, so nothing is laid out anew while somebody scrolls.
 */
export class Tiles {
  #tiles = new Map<number, Tile>();
  #spare: Tile[] = [];
  #blurs = new Blurs((ids) => this.#drawBlurs(ids));
  #columns: Columns | null = null;
  #wall: Wall | null = null;
  #window = { top: 0, height: 0 };
  #seen = { first: 0, last: -1 };
  #moved = 0;
  #fast = false;
  #rest: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly host: HTMLElement,
    private readonly marks: Marks,
  ) {}

  /** The places of the pictures that have a node now. */
  get range(): { first: number; last: number } {
    return this.#seen;
  }

  /** Takes another answer, or the same laid out otherwise. */
  set(columns: Columns, wall: Wall): void {
    this.#columns = columns;
    this.#wall = wall;
    this.#seen = { first: 0, last: -1 };
    this.#fast = false;
    for (const [index, tile] of this.#tiles) {
      if (columns.ids[index] === tile.id) continue;
      this.#retire(index, tile);
    }
    this.#render(true);
  }

  /** Shows what stands between `top` and `top + height` of the wall. */
  show(top: number, height: number): void {
    const now = performance.now();
    const speed = (Math.abs(top - this.#window.top) / Math.max(1, height)) * (1000 / Math.max(1, now - this.#moved));
    this.#moved = now;
    this.#window = { top, height };
    this.#fast = speed > FAST;
    clearTimeout(this.#rest);
    if (this.#fast) this.#rest = setTimeout(() => this.#settle(), REST_MS);
    this.#render(false);
  }

  /** Draws the marks of all tiles anew, after what they tell has changed. */
  mark(): void {
    for (const tile of this.#tiles.values()) this.#mark(tile);
  }

  node(index: number): HTMLElement | undefined {
    return this.#tiles.get(index)?.node;
  }

  /** Asks again for pictures that did not come, after the server was away. */
  retry(): void {
    for (const tile of this.#tiles.values()) {
      if (tile.source === '' || tile.node.classList.contains('here')) continue;
      tile.tries = 0;
      tile.source = '';
      this.#load(tile);
    }
  }

  stop(): void {
    clearTimeout(this.#rest);
    this.#blurs.stop();
  }

  #settle(): void {
    this.#fast = false;
    for (const tile of this.#tiles.values()) this.#load(tile);
    this.#wantBlurs();
  }

  #render(all: boolean): void {
    const [wall, columns] = [this.#wall, this.#columns];
    if (!wall || !columns) return;
    const margin = this.#window.height * MARGIN;
    const firstRow = wall.rowAt(this.#window.top - margin);
    const lastRow = wall.rowAt(this.#window.top + this.#window.height + margin);
    const first = wall.rowStart(firstRow);
    const last = wall.rowStart(lastRow + 1) - 1;
    if (!all && first === this.#seen.first && last === this.#seen.last) {
      if (!this.#fast) for (const tile of this.#tiles.values()) this.#load(tile);
      return;
    }
    this.#seen = { first, last };
    for (const [index, tile] of this.#tiles) if (index < first || index > last) this.#retire(index, tile);
    for (let row = firstRow; row <= lastRow && row < wall.rows; row += 1) this.#renderRow(wall, columns, row, all);
    if (!this.#fast) this.#wantBlurs();
  }

  #renderRow(wall: Wall, columns: Columns, row: number, all: boolean): void {
    const start = wall.rowStart(row);
    if (!all && this.#tiles.has(start) && this.#tiles.has(wall.rowStart(row + 1) - 1)) return;
    wall.boxes(row).forEach((box, position) => {
      const index = start + position;
      const known = this.#tiles.get(index);
      const tile = known ?? this.#take(columns, index);
      if (all || !known) this.#dress(tile, columns);
      place(tile.node, box);
      tile.image.dataset.size = String(sizeFor(box, devicePixelRatio));
      if (!this.#fast) this.#load(tile);
    });
  }

  #take(columns: Columns, index: number): Tile {
    const tile = this.#spare.pop() ?? newTile((failed) => this.#again(failed));
    tile.index = index;
    tile.id = columns.ids[index] ?? '';
    tile.node.id = `tile-${index}`;
    tile.node.dataset.index = String(index);
    tile.node.dataset.id = tile.id;
    this.#tiles.set(index, tile);
    tile.node.hidden = false;
    if (!tile.node.isConnected) this.host.append(tile.node);
    return tile;
  }

  #dress(tile: Tile, columns: Columns): void {
    tile.node.ariaPosInSet = String(tile.index + 1);
    tile.node.ariaSetSize = String(columns.length);
    const colour = columns.colours[tile.index] ?? NO_COLOUR;
    tile.node.style.backgroundColor = colour === NO_COLOUR ? '' : `#${colour.toString(16).padStart(6, '0')}`;
    tile.node.classList.toggle('away', columns.away.has(tile.index));
    this.#mark(tile);
    this.#drawBlur(tile);
  }

  #retire(index: number, tile: Tile): void {
    this.#tiles.delete(index);
    tile.node.hidden = true;
    tile.node.removeAttribute('id');
    tile.node.classList.remove('here', 'failed');
    // Ends what is still on its way.
    tile.image.removeAttribute('src');
    tile.source = '';
    tile.tries = 0;
    tile.blurred = false;
    tile.canvas.hidden = true;
    this.#spare.push(tile);
  }

  #mark(tile: Tile): void {
    const selected = this.marks.selected(tile.id);
    tile.node.ariaSelected = String(selected);
    tile.node.classList.toggle('selected', selected);
    tile.node.ariaLabel = this.marks.label(tile.index);
  }

  #load(tile: Tile): void {
    const content = this.#columns?.contents[tile.index];
    if (!content) return;
    const source = thumbnail(content, Number(tile.image.dataset.size ?? 256) as ThumbnailSize);
    if (tile.source === source) return;
    tile.source = source;
    tile.node.classList.remove('failed');
    tile.image.src = source;
  }

  #again(tile: Tile): void {
    const { source } = tile;
    if (!source) return;
    if (tile.tries >= MOST_TRIES) {
      tile.node.classList.add('failed');
      return;
    }
    tile.tries += 1;
    setTimeout(() => {
      if (tile.source !== source) return;
      tile.source = '';
      this.#load(tile);
    }, AGAIN_MS * tile.tries);
  }

  #wantBlurs(): void {
    const ids: string[] = [];
    for (const tile of this.#tiles.values()) if (!tile.blurred && !tile.node.classList.contains('here')) ids.push(tile.id);
    this.#blurs.want(ids);
  }

  #drawBlurs(ids: readonly string[]): void {
    const wanted = new Set(ids);
    for (const tile of this.#tiles.values()) if (wanted.has(tile.id)) this.#drawBlur(tile);
  }

  #drawBlur(tile: Tile): void {
    const pixels = this.#blurs.get(tile.id);
    if (!pixels || tile.blurred || tile.node.classList.contains('here')) return;
    tile.canvas.getContext('2d')?.putImageData(new ImageData(pixels, BLUR_WIDTH, BLUR_HEIGHT), 0, 0);
    tile.canvas.hidden = false;
    tile.blurred = true;
  }
}

/** Seen on pictures whose drive is away. */
function newDrive(): SVGElement {
  const space = 'http://www.w3.org/2000/svg';
  const icon = document.createElementNS(space, 'svg');
  icon.setAttribute('viewBox', '0 0 24 24');
  icon.classList.add('drive');
  const path = document.createElementNS(space, 'path');
  path.setAttribute('d', icons.drive);
  icon.append(path);
  return icon;
}

function place(node: HTMLElement, box: Box): void {
  node.style.transform = `translate3d(${box.x}px, ${box.y}px, 0)`;
  node.style.width = `${box.width}px`;
  node.style.height = `${box.height}px`;
}

function newTile(failed: (tile: Tile) => void): Tile {
  const node = document.createElement('div');
  node.className = 'tile';
  node.role = 'option';
  node.draggable = true;
  const canvas = document.createElement('canvas');
  canvas.width = BLUR_WIDTH;
  canvas.height = BLUR_HEIGHT;
  canvas.hidden = true;
  const image = document.createElement('img');
  image.alt = '';
  image.decoding = 'async';
  image.draggable = false;
  const mark = document.createElement('span');
  mark.className = 'mark';
  node.append(canvas, image, mark, newDrive());
  const tile: Tile = { node, image, canvas, index: -1, id: '', source: '', blurred: false, tries: 0 };
  image.onload = () => node.classList.add('here');
  image.onerror = () => failed(tile);
  return tile;
}
