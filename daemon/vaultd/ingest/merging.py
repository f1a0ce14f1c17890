"""What a file's attributes should hold: what the user says in the vault, and what other programs say there."""

from __future__ import annotations

from typing import NamedTuple

from vaultd.catalog.attached import name_of
from vaultd.domain.attached import COMMENT, RATING, TAGS, Attached, attached
from vaultd.domain.written import Traces, Wish, comment_by_others, traced_rating

HALF_STARS = 2
"""The scale of `user.baloo.rating` has two a star."""

Values = dict[str, bytes]


class Merged(NamedTuple):
    """The attributes to be written, None for one to be taken away, and what the vault has done to the file then."""

    changes: dict[str, bytes | None]
    traces: Traces

    @property
    def is_nothing(self) -> bool:
        """Whether the file says all of it."""
        return not self.changes


def merged(values: Values, traces: Traces, wish: Wish) -> Merged:
    """From what a file says now, what was done to it before, and what the user says.

    What another program gave stays, or returns, but for what the user took off; the names that it wrote, their order
    and their half stars stay as they are. What the vault gave before and the user does not say any more goes.
    """
    found = attached(values)
    kept, added, removed = _tags(found.tags, traces, wish)
    comment, comment_before = wish.comment or comment_by_others(found, traces), comment_by_others(found, traces)
    rating, rating_before = _rating(values, found, traces, wish)
    changes: dict[str, bytes | None] = {}
    if kept != list(found.tags):
        changes[TAGS] = ",".join(kept).encode() or None
    if comment != found.comment:
        changes[COMMENT] = comment.encode() or None
    if rating != values.get(RATING, b""):
        changes[RATING] = rating or None
    return Merged(
        changes,
        Traces(
            added=tuple(added),
            removed=tuple(removed),
            comment=wish.comment,
            comment_before=comment_before if wish.comment else "",
            rating=wish.rating,
            rating_before=rating_before.decode("ascii", "ignore") if wish.rating else "",
        ),
    )


def _tags(found: tuple[str, ...], traces: Traces, wish: Wish) -> tuple[list[str], list[str], list[str]]:
    """The names to stand in the file; of these the vault's own; and those of other programs that it takes off."""
    back = [name for name in traces.removed if name not in found]
    kept = [name for name in (*found, *back) if _stays(name, traces, wish)]
    there = {name_of(name) for name in kept}
    new = [name for name in wish.tags if name not in there]
    added = [name for name in kept if name in traces.added] + new
    removed = [name for name in (*back, *found) if name not in kept and name not in traces.added]
    return kept + new, added, removed


def _stays(written: str, traces: Traces, wish: Wish) -> bool:
    name = name_of(written)
    return name in wish.tags or (written not in traces.added and name not in wish.rejected)


def _rating(values: Values, found: Attached, traces: Traces, wish: Wish) -> tuple[bytes, bytes]:
    """The value to stand in the file, and that of other programs."""
    now = values.get(RATING, b"")
    ours = traces.rating and found.rating == traces.rating
    before = traces.rating_before.encode() if ours else now
    if not wish.rating:
        return before, before
    if wish.rating in (found.rating, traced_rating(traces) if ours else 0):
        return now, before
    return str(HALF_STARS * wish.rating).encode(), before
