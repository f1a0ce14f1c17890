import { i18n } from '$lib/i18n';
import { preferred } from '$lib/i18n/languages';
import { settings } from '$lib/state/settings.svelte';
import { reloadWhenUpgraded } from '$lib/state/upgraded';
import '$lib/ui/base.css';
import { mount } from 'svelte';
import App from './App.svelte';

reloadWhenUpgraded(import.meta.url);
settings.apply();
const language = settings.language ?? preferred(navigator.languages);
const said = i18n.use(language);
// The first strings of English are here already; nobody should see another language's page in them.
if (language !== 'en') await said;

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app');
mount(App, { target });
