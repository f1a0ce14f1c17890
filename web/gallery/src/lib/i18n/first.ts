import { gallery } from './en/gallery';
import { shell } from './en/shell';

/** The strings of what is seen first. All others come as soon as that stands. */
export const first = { ...shell, ...gallery } as const;
