import type { QueryPart } from '$lib/api/search';
import { router } from '$lib/router/router.svelte';
import { question } from '$lib/state/question.svelte';
import { toasts } from '$lib/state/toasts.svelte';
import { Turns } from '$lib/state/turns';
import { parsed } from './parsed.svelte';

const turns = new Turns();

/**
 * Asks what is asked now otherwise. What is shown of a query may be of the one before, whose parts have come already:
 * who clicks twice in a row means both, so `how` is told the newest text and the parts of that. Who has gone to another
 * page meanwhile asks nothing any more.
 */
export async function change(how: (text: string, parts: readonly QueryPart[]) => string): Promise<void> {
  const { page } = router.place;
  try {
    await turns.take(async () => {
      for (;;) {
        const { text } = question;
        const { parts } = await parsed(text);
        if (router.place.page !== page) return;
        if (question.text === text) return question.ask({ text: how(text, parts) });
      }
    });
  } catch (error) {
    toasts.failed(error);
  }
}
