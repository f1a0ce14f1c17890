const REST_MS = 450;
const SHAKE_PX = 10;

/**
 * Calls back for a finger that rests on a place, and keeps what browsers do of their own then from happening: menus,
 * lifting what can be dragged, the click after it. Ends with the returned function.
 */
export function longpress(host: HTMLElement, rests: (event: PointerEvent) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let at = { x: 0, y: 0 };
  let rested = false;

  const end = (): void => clearTimeout(timer);

  function press(event: PointerEvent): void {
    end();
    rested = false;
    if (event.pointerType !== 'touch' || !event.isPrimary) return;
    at = { x: event.clientX, y: event.clientY };
    timer = setTimeout(() => {
      rested = true;
      rests(event);
    }, REST_MS);
  }

  function move(event: PointerEvent): void {
    if (Math.hypot(event.clientX - at.x, event.clientY - at.y) > SHAKE_PX) end();
  }

  function swallow(event: Event): void {
    const byFinger = event instanceof PointerEvent && event.pointerType === 'touch';
    // A finger's menu would come a little later than the rest; its click only after one.
    if (!(event.type === 'contextmenu' ? byFinger || rested : rested)) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.type === 'click') rested = false;
  }

  const watched = [
    ['pointerdown', press],
    ['pointermove', move],
    ['pointerup', end],
    ['pointercancel', end],
    ['click', swallow],
    ['contextmenu', swallow],
  ] as const;
  for (const [name, heard] of watched) host.addEventListener(name, heard as EventListener, { capture: true });
  return () => {
    end();
    for (const [name, heard] of watched) host.removeEventListener(name, heard as EventListener, { capture: true });
  };
}
