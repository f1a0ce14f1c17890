import type { MessageKey } from '$lib/i18n';

/** Which key does what, and where: `keys` are alternatives; a key with Ctrl or Shift is written with a plus. */
interface Section {
  title: MessageKey;
  rows: readonly { keys: readonly string[]; does: MessageKey }[];
}

export const sections: readonly Section[] = [
  {
    title: 'keys.everywhere',
    rows: [
      { keys: ['Ctrl+Z'], does: 'keys.undo' },
      { keys: ['?'], does: 'keys.these' },
    ],
  },
  {
    title: 'keys.wall',
    rows: [
      { keys: ['/'], does: 'keys.search' },
      { keys: ['←', '→', '↑', '↓'], does: 'keys.move' },
      { keys: ['Home', 'End', 'PageUp', 'PageDown'], does: 'keys.jump' },
      { keys: ['Enter'], does: 'keys.open' },
      { keys: ['Space'], does: 'keys.select' },
      { keys: ['Shift+←', 'Shift+→', 'Shift+↑', 'Shift+↓'], does: 'keys.extend' },
      { keys: ['Ctrl+A'], does: 'keys.all' },
      { keys: ['Shift+F10'], does: 'keys.menu' },
      { keys: ['Esc'], does: 'keys.none' },
    ],
  },
  {
    title: 'keys.selected',
    rows: [
      { keys: ['T'], does: 'batch.tag' },
      { keys: ['A'], does: 'batch.album' },
      { keys: ['F'], does: 'batch.favourite' },
      { keys: ['1', '2', '3', '4', '5', '0'], does: 'batch.rate' },
      { keys: ['E'], does: 'edit.heading' },
      { keys: ['X'], does: 'batch.export' },
      { keys: ['P'], does: 'batch.prefer' },
      { keys: ['H'], does: 'batch.hide' },
    ],
  },
  {
    title: 'keys.one',
    rows: [
      { keys: ['←', '→', 'Home', 'End'], does: 'keys.others' },
      { keys: ['+', '−', '0'], does: 'keys.zoom' },
      { keys: ['I'], does: 'keys.info' },
      { keys: ['E'], does: 'edit.heading' },
      { keys: ['F'], does: 'edit.favourite' },
      { keys: ['1', '2', '3', '4', '5'], does: 'batch.rate' },
      { keys: ['Esc'], does: 'keys.back' },
    ],
  },
  {
    title: 'keys.forms',
    rows: [
      { keys: ['Ctrl+Enter'], does: 'keys.save' },
      { keys: ['←', '→'], does: 'keys.order' },
    ],
  },
];
