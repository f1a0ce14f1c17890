import { fetched } from './de/fetched';
import { gallery } from './de/gallery';
import { keys } from './de/keys';
import { light } from './de/light';
import { manage } from './de/manage';
import { shell } from './de/shell';
import type { Messages } from './i18n.svelte';

/** Every string of the gallery in German. */
export const de: Messages = { ...shell, ...gallery, ...light, ...manage, ...fetched, ...keys };
