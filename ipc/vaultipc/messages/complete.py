"""What may come next in a query that is being typed."""

from __future__ import annotations

from msgspec import Struct

from vaultipc.messages.shared import NonNegative, Params


class CompleteParams(Params, kw_only=True):
    """`text`: the query up to the cursor. `limit`: at most so many proposals, of which 200 are the most."""

    text: str = ""
    limit: NonNegative = 20


class Completion(Struct, kw_only=True):
    """One way to go on. kind: field, value, date, tag, auto, album, camera, lens, history, saved.

    `count`: how many pictures bear it, offline ones too; null where that is not known, or would take long to count.
    `about`: a word on what a field takes, or the name of a saved search; else empty.
    """

    text: str
    kind: str
    count: int | None
    about: str


class Completions(Struct, kw_only=True):
    """The best first. The `text` of each takes the place of what stands in the query from the character `start` on."""

    start: int
    completions: list[Completion]
