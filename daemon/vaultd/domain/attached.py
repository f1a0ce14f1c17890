"""What programs attach to a file by extended attributes, xattr(7): never part of its bytes.

`user.xdg.tags`: names separated by commas, `a/b` for a tag below another, as Dolphin and Gwenview write them.
`user.xdg.comment`: text (both: freedesktop.org, Guidelines for extended attributes). `user.baloo.rating`: 0 to 10, half
stars, as KDE's Baloo keeps it.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

TAGS = "user.xdg.tags"
COMMENT = "user.xdg.comment"
RATING = "user.baloo.rating"
NAMES = frozenset({TAGS, COMMENT, RATING})

_HALF_STARS = 10


class Attached(Struct, frozen=True):
    """Tags as they are written there, not yet fit to be names; a comment, '' for none; stars, 1 to 5, or 0 for none."""

    tags: tuple[str, ...] = ()
    comment: str = ""
    rating: int = 0


NOTHING = Attached()


def attached(values: dict[str, bytes]) -> Attached:
    """What the attributes of one file say, by name. What is malformed says nothing: other programs wrote it."""
    tags = (name.strip() for name in _text(values.get(TAGS, b"")).split(","))
    return Attached(
        tags=tuple(dict.fromkeys(filter(None, tags))),
        comment=_text(values.get(COMMENT, b"")).strip(),
        rating=_stars(values.get(RATING, b"")),
    )


def together(several: Iterable[Attached]) -> Attached:
    """What the files of one content say: all tags, the first comment, the most stars."""
    every = list(several)
    return Attached(
        tags=tuple(dict.fromkeys(tag for one in every for tag in one.tags)),
        comment=next((one.comment for one in every if one.comment), ""),
        rating=max((one.rating for one in every), default=0),
    )


def _text(value: bytes) -> str:
    return value.decode("utf-8", "ignore").replace("\0", "")


def _stars(value: bytes) -> int:
    text = _text(value).strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= 2) or int(text) > _HALF_STARS:
        return 0
    return (int(text) + 1) // 2
