"""What the bytes of a picture say of it, as it is read from a file and kept in the catalog."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, structs

from vaultd.domain.details import Details
from vaultd.domain.generation import Packed
from vaultd.domain.looks import Looks
from vaultd.domain.sidecar import UNTOUCHED, Traces

_WRITTEN = "xmp"
"""The source that the vault writes to."""


class Keywords(Struct, frozen=True):
    """Tags found in a file. `source`: xmp or iptc. Names, and paths of tags below others, are as written there, not yet
    fit to be tags."""

    source: str
    names: list[str] = []
    paths: list[tuple[str, ...]] = []


class Words(Struct, frozen=True):
    """A text found in a file. `kind` and `source` are those of the catalog's `texts`."""

    kind: str
    source: str
    text: str


class Content(Struct, frozen=True, kw_only=True):
    """A picture's facts, all of which follow from its bytes.

    `hash`: BLAKE2b-256. `type`: MIME type. `size` in bytes; `width` and `height` in pixels, upright. `taken_at`,
    `camera`, `lens` and `iso` are what `details`, by source, mean together. `rating`: stars, 0 for none.
    """

    hash: bytes
    size: int
    type: str
    width: int
    height: int
    taken_at: int | None
    camera: str | None
    keywords: list[Keywords]
    texts: list[Words]
    lens: str | None = None
    iso: int | None = None
    looks: Looks | None = None
    rating: int = 0
    details: dict[str, Details] = {}
    generation: Packed | None = None


def by_others(content: Content, traces: Traces) -> Content:
    """What a file would say if the vault had never written into it. `traces`: what it wrote there."""
    if traces == UNTOUCHED:
        return content
    return structs.replace(
        content,
        keywords=list(_keywords(content.keywords, traces)),
        texts=list(_texts(content.texts, traces)),
        rating=traces.rating_before if traces.rating and content.rating == traces.rating else content.rating,
    )


def _keywords(found: list[Keywords], traces: Traces) -> Iterator[Keywords]:
    """Those of XMP without what the vault added, and with what it took out."""
    yield from (one for one in found if one.source != _WRITTEN)
    said = next((one for one in found if one.source == _WRITTEN), Keywords(_WRITTEN))
    tags = [(name,) for name in said.names] + said.paths
    tags = [*(tag for tag in tags if tag not in traces.added), *(tag for tag in traces.removed if tag not in tags)]
    if tags:
        yield Keywords(_WRITTEN, [tag[0] for tag in tags if len(tag) == 1], [tag for tag in tags if len(tag) > 1])


def _texts(found: list[Words], traces: Traces) -> Iterator[Words]:
    written = {
        "title": (traces.title, traces.title_before),
        "description": (traces.description, traces.description_before),
    }
    for one in found:
        ours, there = written.get(one.kind, ("", ""))
        if one.source == _WRITTEN and ours and one.text == ours:
            if there:
                yield structs.replace(one, text=there)
        else:
            yield one
