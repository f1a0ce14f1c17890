import type { Wall } from '$lib/wall/justified';
import type { Area } from './rubberband';

/** Indices of the pictures of a wall that an area touches; only the rows it reaches are looked at. */
export function touchedIndices(wall: Wall, area: Area): number[] {
  const found: number[] = [];
  if (wall.rows === 0 || area.bottom < 0) return found;
  for (let row = wall.rowAt(area.top); row < wall.rows && wall.rowTop(row) <= area.bottom; row += 1) {
    wall.boxes(row).forEach((box, position) => {
      const beside = box.x > area.right || box.x + box.width < area.left;
      const apart = box.y > area.bottom || box.y + box.height < area.top;
      if (!beside && !apart) found.push(wall.rowStart(row) + position);
    });
  }
  return found;
}
