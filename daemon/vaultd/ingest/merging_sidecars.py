"""What a sidecar should hold: what the user says in the vault, and what other programs say there."""

from __future__ import annotations

from typing import NamedTuple

from vaultd.catalog.keywords import fit_path
from vaultd.domain.sidecar import Said, TagPath, Traces, Wish, rating_by_others, text_by_others
from vaultd.metadata.editing import Edit


class Merged(NamedTuple):
    """What is to be changed, and what the vault has done to the sidecar then."""

    edit: Edit
    traces: Traces


def merged(said: Said, traces: Traces, wish: Wish) -> Merged:
    """From what a sidecar says now, what was done to it before, and what the user says.

    What another program gave stays, or returns, but for what the user took off. What the vault gave before and the
    user does not say any more goes.
    """
    back = [path for path in traces.removed if path not in said.tags]
    kept = [path for path in (*said.tags, *back) if _stays(path, traces, wish)]
    there = {_name(path) for path in kept}
    new = [tuple(name.split("/")) for name in wish.tags if name not in there]
    title, description = (text_by_others(said, traces, kind) for kind in ("title", "description"))
    rating = rating_by_others(said, traces)
    return Merged(
        Edit(
            add=(*(path for path in kept if path not in said.tags), *new),
            remove=tuple(path for path in said.tags if path not in kept),
            title=_change(said.text("title"), wish.title or title),
            description=_change(said.text("description"), wish.description or description),
            rating=None if (wish.rating or rating) == said.rating else wish.rating or rating,
        ),
        Traces(
            added=(*(path for path in kept if path in traces.added), *new),
            removed=tuple(path for path in (*back, *said.tags) if path not in kept and path not in traces.added),
            title=wish.title,
            title_before=title if wish.title else "",
            description=wish.description,
            description_before=description if wish.description else "",
            rating=wish.rating,
            rating_before=rating if wish.rating else 0,
            made=traces.made,
        ),
    )


def _stays(path: TagPath, traces: Traces, wish: Wish) -> bool:
    name = _name(path)
    return name in wish.tags or (path not in traces.added and name not in wish.rejected)


def _name(path: TagPath) -> str:
    """The full name of the tag that a path in a sidecar means, '' if it can mean none."""
    return "/".join(fit_path(path))


def _change(now: str, wanted: str) -> str | None:
    return None if now == wanted else wanted
