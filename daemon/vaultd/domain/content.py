"""What the bytes of a picture say of it, as it is read from a file and kept in the catalog."""

from __future__ import annotations

from msgspec import Struct

from vaultd.domain.details import Details
from vaultd.domain.generation import Packed
from vaultd.domain.looks import Looks


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
