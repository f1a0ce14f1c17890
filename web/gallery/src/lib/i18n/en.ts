import { gallery } from './en/gallery';
import { manage } from './en/manage';
import { shell } from './en/shell';

/** Every string of the gallery in English, the language that all keys are checked against. */
export const en = { ...shell, ...gallery, ...manage } as const;
