"""How a query that is being typed may go on: fields, their values, the names of the library, and earlier queries."""

from __future__ import annotations

import heapq
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from msgspec.structs import replace

from vaultd.catalog.saved import SavedSearch
from vaultd.index.words import folded
from vaultd.query.completing import Place, place
from vaultd.query.fields import ALIASES, ANY, FIELDS
from vaultd.query.printer import value_written
from vaultd.search.known import Known, Name, Names, bearing, named
from vaultipc.messages import Completion

MOST = 200
COUNTED_ROWS = 200_000
"""So many rows are read at most to count what is proposed: some 50 ms."""
EARLIER = 5
"""Of earlier queries, and of saved ones, at most so many are proposed."""

ABOUT = {
    "tag": "a tag, with those below it; = for this one only",
    "auto": "a tag of the model's, or a group of them",
    "album": "an album",
    "name": "a file's name or part of it, with * ? [abc] the whole",
    "path": "a file's path or part of it, with * ? [abc] the whole",
    "type": "jpeg, png, webp …",
    "date": "when it was taken: 2023, 2023-05, yesterday, summer-2022; < > and from..to",
    "after": "taken from this date on",
    "before": "taken before this date",
    "camera": "a camera's name or part of it",
    "lens": "a lens's name or part of it",
    "iso": "sensitivity; < > and from..to",
    "aperture": "the f-number: 2.8; < > and from..to",
    "focal": "focal length in millimetres; < > and from..to",
    "exposure": "seconds: 1/125; < > and from..to",
    "place": "words of the place where it was taken",
    "city": "the town where it was taken",
    "country": "the country where it was taken",
    "person": "somebody whose face another program names",
    "creator": "who took it, or whose it is",
    "artist": "who made it",
    "label": "a colour that a photo program marked it with",
    "rating": "stars, 1 to 5; < > and from..to",
    "fav": "yes or no",
    "copy": "yes: copies that were merged into a better one",
    "private": "yes: your private pictures, which are hidden otherwise; *: these, too",
    "width": "pixels; < > and from..to",
    "height": "pixels; < > and from..to",
    "orient": "landscape, portrait, square",
    "size": "500kb, 2mb, or pixels: 2mp; < > and from..to",
    "aspect": "its shape: 16:9, landscape, portrait, square, panorama",
    "color": "a colour that much of the picture has: red, #c03020, #c03020~ for what is near",
    "mono": "yes: it has no colours, as black and white",
    "dark": "yes: a dark picture; no: any other",
    "bright": "yes: a bright picture; no: any other",
    "brightness": "0 is black, 100 white; < > and from..to",
    "sharp": "yes: its clearest edges are sharp; no: it is blurred",
    "sharpness": "0 to 100; < > and from..to",
    "caption": "words of a caption",
    "ocr": "words seen in the picture",
    "prompt": "words of the prompt it was made with",
    "negative": "words it was made to avoid",
    "model": "the model it was made with, or part of its name",
    "lora": "a LoRA it was made with, or part of its name",
    "sampler": "the sampler it was made with",
    "seed": "the seed it was made with",
    "source": "who says something about it: user, xmp, model …",
    "like": "a picture to be like: its id, name or path",
    "sort": "relevance, date, name, size, added; - turns it round",
    "limit": "at most so many",
    "group": "no: near-identical pictures one by one",
}
"""A word on what each field takes."""

_NAMED = ("tag", "album", "auto", "camera", "lens", "model", "lora", "city", "country", "person")
"""Kinds whose names are also proposed for a word, with their field before it."""
_NAMED_AFTER_FIELD = (*_NAMED, "sampler", "label")
_DAYS = ("today", "yesterday", "this-week", "last-week", "this-month", "last-month", "this-year", "last-year",
         "last-7-days", "last-30-days")  # fmt: skip
_PARTS = ("spring", "summer", "autumn", "winter", "january", "february", "march", "april", "may", "june", "july",
          "august", "september", "october", "november", "december")  # fmt: skip
_PRIVATE = re.compile(r"(?:^|[\s(-])private:\S", re.IGNORECASE)
_WEIGHED = re.compile(r"[0-9.]:$")
"""What has a weight is no condition."""
Words = Mapping[str, Names]
"""What is proposed, by kind."""
_LIMITS = ("20", "100", "1000")


@dataclass(frozen=True, slots=True)
class _Proposal:
    """`order` before all: 0 where the name begins as typed, 1 where a word in it does; its kind; its place in that, 0
    where how many have it decides."""

    order: tuple[int, int, int]
    completion: Completion
    name: Name | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was asked before: the recent queries, the newest first, and the saved ones."""

    recent: Sequence[str]
    saved: Sequence[SavedSearch]


def completions(
    sql: sqlite3.Connection, known: Known, earlier: Earlier, text: str, limit: int
) -> tuple[int, list[Completion]]:
    """Where in the text what is being typed begins, and what may stand there, the best first.

    Private pictures count only where the text says something of them before.
    """
    here = place(text)
    private = bool(_PRIVATE.search(text[: here.start]))
    names = known.whole if private else known.names
    found = _values(names, here) if here.kind == "value" else _anything(names, earlier, text, here)
    best = heapq.nsmallest(min(limit, MOST), {one.completion.text: one for one in reversed(list(found))}.values(), _key)
    return here.start, list(_counted(sql, best, private))


def _key(proposal: _Proposal) -> tuple[int, int, int, int, int, str]:
    text = proposal.completion.text
    return (*proposal.order, -(proposal.completion.count or 0), len(text), text)


def _anything(known: Words, earlier: Earlier, text: str, here: Place) -> Iterator[_Proposal]:
    """Where a word is typed, or anything else might begin."""
    yield from _earlier(earlier, text, here)
    weighted, in_quotes = _WEIGHED.search(text[: here.start]), text[here.start : here.start + 1] == '"'
    fields = {"like": ABOUT["like"]} if weighted else ABOUT
    for rank, (field, about) in enumerate(fields.items()):
        if field.startswith(here.prefix.lower()) and not in_quotes:
            yield _Proposal((0, 2, rank), Completion(text=f"{field}:", kind="field", count=None, about=about))
    if here.prefix and not weighted:
        for kind in _NAMED:
            yield from _matching(kind, known.get(kind, ()), here.prefix, f"{kind}:")


def _earlier(earlier: Earlier, text: str, here: Place) -> Iterator[_Proposal]:
    """The rest, from where it is being typed on, of the queries that begin as the whole text does."""
    head, typed = text[: here.start], folded(text)

    def goes_on(query: str) -> bool:
        return query.startswith(head) and query not in (head, text)

    recent = [query for query in earlier.recent if goes_on(query) and folded(query).startswith(typed)]
    for rank, query in enumerate(recent[:EARLIER]):
        yield _Proposal((0, 0, rank), Completion(text=query[here.start :], kind="history", count=None, about=""))
    saved = [
        one
        for one in earlier.saved
        if goes_on(one.query) and any(folded(name).startswith(typed) for name in (one.name, one.query))
    ]
    for rank, one in enumerate(saved[:EARLIER]):
        yield _Proposal(
            (0, 1, rank), Completion(text=one.query[here.start :], kind="saved", count=None, about=one.name)
        )


def _values(known: Words, here: Place) -> Iterator[_Proposal]:
    """What may stand after a field's colon."""
    field = ALIASES.get(here.field, here.field)
    if field not in FIELDS:
        return
    if field in ("date", "after", "before"):
        yield from _matching("date", _dates(known, here.prefix), here.prefix)
    elif field in _NAMED_AFTER_FIELD:
        yield from _matching(field, known.get(field, ()), here.prefix)
    else:
        yield from _matching("value", _listed(known, field, here.prefix), here.prefix)
    if FIELDS[field].any and not here.prefix and not here.operator:
        yield _Proposal((1, 9, 0), Completion(text=ANY, kind="value", count=None, about="there is one"))


def _listed(known: Words, field: str, prefix: str) -> list[Name]:
    """The values of a field of which there are few, with their counts where they are known."""
    counted = {name.text: name for name in known.get(field, ())}
    values = _LIMITS if field == "limit" else FIELDS[field].known
    if field == "type":
        values = tuple(counted) or values
    if field == "sort" and prefix.startswith("-"):
        values = tuple(f"-{value}" for value in values if value != "relevance")
    return [counted.get(value) or named(value) for value in values]


def _dates(known: Words, prefix: str) -> Iterator[Name]:
    """Days by name; the library's years, the months of the one that is typed; its seasons, once letters are typed."""
    years = known.get("year", ())
    if not prefix or prefix[0].isalpha():
        yield from map(named, _DAYS)
    if prefix and prefix[0].isalpha():
        newest = max((year.text for year in years), default=str(date.today().year))
        yield from (named(f"{part}-{newest}") for part in _PARTS)
    yield from years
    if len(prefix) >= len("2023"):
        yield from known.get("month", ())


def _matching(kind: str, names: Iterable[Name], prefix: str, before: str = "") -> Iterator[_Proposal]:
    """The names that begin as typed, or of which a word does; only the best, as there may be very many."""
    wanted = folded(prefix)
    within = f" {wanted}"
    found = (
        (0 if name.folded.startswith(wanted) else 1, -(name.count or 0), len(name.text), name.text, name)
        for name in names
        if within in name.apart or name.folded.startswith(wanted)
    )
    for order, _, _, text, name in heapq.nsmallest(MOST, found, key=lambda one: one[:4]):
        completion = Completion(text=before + value_written(text), kind=kind, count=name.count, about="")
        yield _Proposal((order, 3, 0), completion, name)


def _counted(sql: sqlite3.Connection, proposals: Iterable[_Proposal], private: bool) -> Iterator[Completion]:
    """The proposals with the count of each tag made exact, until that would take too long."""
    left = COUNTED_ROWS
    for proposal in proposals:
        completion, name = proposal.completion, proposal.name
        if name is not None and name.tags and name.count:
            left -= name.count
            count = bearing(sql, completion.kind, name, private=private) if left >= 0 else None
            completion = replace(completion, count=count)
        yield completion
