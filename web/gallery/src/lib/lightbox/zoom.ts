/** How a picture lies on the stage: its scale against fitting, and how far its middle is from the stage's. */
export interface View {
  scale: number;
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

export const whole: View = { scale: 1, x: 0, y: 0 };

/** Each pixel of the picture may become so many of the screen. */
const CLOSEST = 8;

/** The largest size of the picture's shape within the stage, never larger than the picture itself. */
export function fitted(picture: Size, stage: Size): Size {
  if (picture.width <= 0 || picture.height <= 0) return { width: 0, height: 0 };
  const scale = Math.min(stage.width / picture.width, stage.height / picture.height, 1);
  return { width: picture.width * scale, height: picture.height * scale };
}

/** The scale from which nothing more is to be seen. */
export function closest(picture: Size, fit: Size): number {
  return Math.max(2, fit.width > 0 ? (picture.width / fit.width) * CLOSEST : 2);
}

/** Keeps the picture where it can be seen: no further out than all of it, and no gap where it could fill the stage. */
export function bounded(view: View, fit: Size, stage: Size, most: number): View {
  const scale = Math.min(most, Math.max(1, view.scale));
  const reachX = Math.max(0, (fit.width * scale - stage.width) / 2);
  const reachY = Math.max(0, (fit.height * scale - stage.height) / 2);
  return { scale, x: clamp(view.x, reachX), y: clamp(view.y, reachY) };
}

/** Comes closer by `factor` while what is under `point` stays there; the point counts from the middle of the stage. */
export function zoomed(view: View, factor: number, point: Point): View {
  const scale = view.scale * factor;
  return { scale, x: point.x - (point.x - view.x) * factor, y: point.y - (point.y - view.y) * factor };
}

/** What two fingers do: what was between them stays between them. */
export function pinched(view: View, before: [Point, Point], after: [Point, Point]): View {
  const [from, to] = [middle(before), middle(after)];
  const factor = distance(after) / Math.max(1, distance(before));
  const closer = zoomed(view, factor, from);
  return { ...closer, x: closer.x + to.x - from.x, y: closer.y + to.y - from.y };
}

const clamp = (value: number, reach: number): number => Math.min(reach, Math.max(-reach, value));
const middle = ([a, b]: [Point, Point]): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
const distance = ([a, b]: [Point, Point]): number => Math.hypot(a.x - b.x, a.y - b.y);
