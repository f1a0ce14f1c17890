"""What the place tells of a picture from which it was fetched."""

from __future__ import annotations

from msgspec import Struct

PROVIDER = "provider"
"""The source, in the catalog, of all of it."""
GONE = ("fetched", "gone")
"""The tag of what its place shows no more."""
LONGEST = 20_000
"""Characters of one text that are kept."""
MOST_TAGS = 300


class Provided(Struct, frozen=True, omit_defaults=True):
    """Texts as they stand there, '' for what it does not tell. `page`: where it was shown. `audience`: for whom it is
    fit, in the words of that place. `date`: when it was put there."""

    title: str = ""
    artist: str = ""
    page: str = ""
    date: str = ""
    audience: str = ""
    licence: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()


def texts(told: Provided) -> dict[str, str]:
    """By the kinds of the catalog, those that there are."""
    every = {
        "title": told.title,
        "creator": told.artist,
        "page": told.page,
        "audience": told.audience,
        "rights": told.licence,
        "description": told.description,
    }
    return {kind: text.strip()[:LONGEST] for kind, text in every.items() if text.strip()}
