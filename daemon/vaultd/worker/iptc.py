"""What news agencies' programs wrote: the records of IPTC-IIM 4.2, which XMP has followed."""

from __future__ import annotations

from collections.abc import Iterator

from PIL import ImageFile, IptcImagePlugin

from vaultd.domain.content import Keywords, Words
from vaultd.domain.details import Details
from vaultd.metadata.said import BETWEEN

Records = dict[tuple[int, int], bytes | list[bytes]]
_KEYWORDS, _DATE, _TIME, _DIGITIZED, _DIGITIZED_TIME = (2, 25), (2, 55), (2, 60), (2, 62), (2, 63)
_TEXTS = {
    "title": (2, 5), "description": (2, 120), "creator": (2, 80), "rights": (2, 116), "location": (2, 92),
    "city": (2, 90), "region": (2, 95), "country": (2, 101),
}  # fmt: skip
_SEVERAL = frozenset({"creator"})


def records(picture: ImageFile.ImageFile) -> Records:
    """The records of a picture, none if it has none. Raises what Pillow raises where they are damaged."""
    return IptcImagePlugin.getiptcinfo(picture) or {}


def keywords(found: Records) -> Keywords:
    """Flat names."""
    return Keywords("iptc", texts(found.get(_KEYWORDS)))


def words(found: Records) -> Iterator[Words]:
    """Title, description, who made it, whose it is, and where it was taken, in words."""
    for kind, key in _TEXTS.items():
        said = texts(found.get(key))
        if said:
            yield Words(kind, "iptc", BETWEEN.join(said) if kind in _SEVERAL else said[0])


def details(found: Records) -> Details:
    """When it was taken."""
    for date, time in ((_DATE, _TIME), (_DIGITIZED, _DIGITIZED_TIME)):
        day, *_ = (*texts(found.get(date)), "")
        if day:
            return Details(taken=" ".join((day, *texts(found.get(time))[:1])))
    return Details()


def texts(value: object) -> list[str]:
    """One value or several. Programs write UTF-8 or Latin-1 and seldom say which."""
    values = value if isinstance(value, list) else [value]
    return [_text(one) for one in values if isinstance(one, bytes) and one.strip(b"\0 ")]


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8").strip("\0 ")
    except UnicodeDecodeError:
        return value.decode("latin-1").strip("\0 ")
