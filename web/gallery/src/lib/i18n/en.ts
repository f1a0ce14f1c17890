import { fetched } from './en/fetched';
import { keys } from './en/keys';
import { light } from './en/light';
import { manage } from './en/manage';
import { first } from './first';

/** Every string of the gallery in English, the language that all keys are checked against. */
export const en = { ...first, ...light, ...manage, ...fetched, ...keys } as const;
