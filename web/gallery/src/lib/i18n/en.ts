import { gallery } from './en/gallery';
import { shell } from './en/shell';

/** Every string of the gallery in English, the language that all keys are checked against. */
export const en = { ...shell, ...gallery } as const;
