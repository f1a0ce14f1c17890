import type { Status } from './vault';

export interface Change {
  seq: number;
  topics: string[];
}

export interface Listener {
  change(change: Change): void;
  status(status: Status): void;
  /** The daemon went away while the web server stayed, or came back. */
  daemon(here: boolean): void;
  /** The stream itself was opened, or was lost; it is opened again by itself. */
  connected(connected: boolean): void;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/** Follows the vault's events until the returned function is called; a stream that is lost is opened anew. */
export function follow(listener: Listener, path = '/api/events'): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let pause = FIRST_PAUSE_MS;

  const open = (): void => {
    source = new EventSource(path);
    source.onopen = () => {
      pause = FIRST_PAUSE_MS;
      listener.connected(true);
    };
    source.onerror = () => {
      // The browser's own reconnection gives up for good on any answer that is no stream, such as a 503.
      source?.close();
      listener.connected(false);
      timer = setTimeout(open, pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    };
    source.addEventListener('change', (event) => listener.change(JSON.parse(event.data)));
    source.addEventListener('status', (event) => listener.status(JSON.parse(event.data)));
    source.addEventListener('away', () => listener.daemon(false));
    source.addEventListener('back', () => listener.daemon(true));
  };

  open();
  return () => {
    clearTimeout(timer);
    source?.close();
  };
}
