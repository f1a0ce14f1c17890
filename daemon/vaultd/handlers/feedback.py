"""`hide`, `prefer`, `feedback`: what a person says of a query's results."""

from __future__ import annotations

import trio

from vaultd.catalog import feedback, lookup
from vaultd.domain.moments import rfc3339
from vaultd.handlers import references
from vaultd.handlers.gesture import gesture, many
from vaultd.handlers.vault import Vault
from vaultd.search.feedback import subject
from vaultd.search.parsing import parse
from vaultipc.codec import display
from vaultipc.errors import QueryError, UserError
from vaultipc.messages import ActionResult, Feedback, FeedbackEntry, FeedbackParams, Verdict, VerdictParams


async def hide(vault: Vault, params: VerdictParams) -> ActionResult:
    """Takes images out of one query's answer, and its order away from them."""
    return _say(vault, params, "hide")


async def prefer(vault: Vault, params: VerdictParams) -> ActionResult:
    """Puts images first in one query's answer, and draws its order towards them."""
    return _say(vault, params, "prefer")


async def listing(vault: Vault, params: FeedbackParams) -> Feedback:
    """What was said of every query's results, or of one's; the newest first."""
    wanted = _subject(params.query) if params.query.strip() else None

    def read() -> Feedback:
        with vault.catalog.read() as sql:
            found = [said for said in feedback.listing(sql) if wanted in (None, said.query)]
            names = lookup.names(sql, [said.image for said in found])
        entries = [
            FeedbackEntry(
                query=said.query,
                id=str(said.image),
                name=display(names.get(said.image, b""))[0],
                verdict=said.verdict,
                time=rfc3339(said.added_at),
            )
            for said in found
        ]
        return Feedback(feedback=entries)

    return await trio.to_thread.run_sync(read)


def _say(vault: Vault, params: VerdictParams, verdict: Verdict) -> ActionResult:
    query = _subject(params.query)
    if not (params.images or params.images_b64):
        raise UserError("no image is named", hint="give image ids or paths")
    images, errors = references.several(vault, params.images, params.images_b64)
    summary = f"{'no longer ' if params.remove else ''}{verdict} for “{query}”"
    with gesture(vault, verdict, summary, params) as action:
        change = feedback.take_back if params.remove else feedback.say
        counts = change(action, query, images, verdict)
    return many(action, counts, errors)


def _subject(text: str) -> str:
    """What verdicts on this query are kept under. Raises QueryError for one that has no answer of its own."""
    query = parse(text)
    if query.root is None:
        raise QueryError("the query says nothing about pictures", hint="say what to look for, then what to hide of it")
    return subject(query)


HANDLERS = {"hide": hide, "prefer": prefer, "feedback": listing}
