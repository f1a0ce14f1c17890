"""What the camera wrote: when, with what, and the few texts that EXIF has room for."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from PIL import Image

from vaultd.domain.content import Keywords, Words

MAKE, MODEL, DESCRIPTION = 271, 272, 270
XP_TITLE, XP_COMMENT, XP_KEYWORDS, XP_SUBJECT = 40091, 40092, 40094, 40095
EXIF_IFD, DATE_ORIGINAL, DATE_DIGITIZED, USER_COMMENT = 34665, 36867, 36868, 37510
SENSITIVITY, LENS_MAKE, LENS_MODEL = 34855, 42035, 42036
STANDARD_OUTPUT, RECOMMENDED_INDEX, ISO_SPEED = 34865, 34866, 34867
BEYOND_SHORT = 65535
"""SENSITIVITY holds two bytes; a greater one is written so, and in full beside it (Exif 2.3)."""
_NO_LENS = re.compile(r"[-\s]*|0(\.0)?\s*mm.*|n/?a|none|unknown.*|no lens.*", re.IGNORECASE)

_MOMENT = re.compile(r"(\d{4})[:/-](\d\d)[:/-](\d\d)[ T](\d\d):(\d\d)(?::(\d\d))?")
_BOILERPLATE = frozenset({"olympus digital camera", "sony dsc", "minolta digital camera", "digital camera", "exif"})
_CHARSETS = {b"ASCII\0\0\0": "ascii", b"UNICODE\0": "utf-16", b"\0" * 8: "utf-8"}


def taken_at(exif: Image.Exif) -> int | None:
    """When it was taken, in milliseconds since 1970 of the camera's local time read as if it were UTC."""
    details = exif.get_ifd(EXIF_IFD)
    for tag in (DATE_ORIGINAL, DATE_DIGITIZED):
        found = _MOMENT.match(text(details.get(tag)))
        if found:
            year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
            try:
                moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
            except ValueError:  # 0000:00:00 and the like: the camera's clock was not set
                continue
            return int(moment.timestamp()) * 1000
    return None


def camera(exif: Image.Exif) -> str | None:
    """Maker and model; makers that repeat themselves in the model are named once."""
    return _made_by(text(exif.get(MAKE)), text(exif.get(MODEL)))


def lens(exif: Image.Exif) -> str | None:
    """Maker and model of the lens, None for what cameras write where they know of none."""
    details = exif.get_ifd(EXIF_IFD)
    model = text(details.get(LENS_MODEL))
    return None if _NO_LENS.fullmatch(model) else _made_by(text(details.get(LENS_MAKE)), model)


def iso(exif: Image.Exif) -> int | None:
    """The sensitivity it was taken at."""
    details = exif.get_ifd(EXIF_IFD)
    short, *full = (_count(details.get(tag)) for tag in (SENSITIVITY, ISO_SPEED, RECOMMENDED_INDEX, STANDARD_OUTPUT))
    if short and short != BEYOND_SHORT:
        return short
    return next(filter(None, full), short)


def _count(value: Any) -> int | None:
    """A whole number from 1 on; of several the first."""
    first = value[0] if isinstance(value, tuple) and value else value
    return first if isinstance(first, int) and first > 0 else None


def _made_by(make: str, model: str) -> str | None:
    if not model or not make or model.lower().startswith(make.split()[0].lower()):
        return model or make or None
    return f"{make} {model}"


def words(exif: Image.Exif) -> Iterator[Words]:
    """Title, description and comment."""
    found = {
        "title": text(exif.get(XP_TITLE)),
        "description": text(exif.get(DESCRIPTION)) or text(exif.get(XP_SUBJECT)),
        "comment": text(exif.get(XP_COMMENT)) or _comment(exif.get_ifd(EXIF_IFD).get(USER_COMMENT)),
    }
    for kind, said in found.items():
        if said and said.lower() not in _BOILERPLATE:
            yield Words(kind, "exif", said)


def keywords(exif: Image.Exif) -> Keywords:
    """The keywords that Windows keeps in EXIF, separated by semicolons; they count as what XMP says."""
    return Keywords("xmp", [name.strip() for name in text(exif.get(XP_KEYWORDS)).split(";") if name.strip()])


def text(value: Any) -> str:
    """An EXIF value as text: bytes are UTF-16 as Windows writes them, text may be UTF-8 that was read as Latin-1."""
    if isinstance(value, tuple):
        value = bytes(part & 255 for part in value if isinstance(part, int))
    if isinstance(value, bytes):
        value = value.decode("utf-16-le", "replace")
    if not isinstance(value, str):
        return ""
    said: str = value
    with contextlib.suppress(UnicodeError):  # then it was no UTF-8 in disguise
        said = value.encode("latin-1").decode("utf-8")
    return said.replace("\0", " ").strip()


def _comment(value: Any) -> str:
    """EXIF UserComment: eight bytes that name the character set, then the text."""
    if not isinstance(value, bytes) or len(value) <= 8:
        return ""
    charset = _CHARSETS.get(value[:8])
    if charset == "utf-16":
        charset = _utf_16_of(value[8:])
    return value[8:].decode(charset, "replace").replace("\0", " ").strip() if charset else ""


def _utf_16_of(data: bytes) -> str:
    """Which of the two byte orders a text is written in: Exif names neither, and programs write both.

    In the right one more of its letters are of the first 256, as are spaces and line ends in every language.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    return "utf-16-be" if data[0::2].count(0) > data[1::2].count(0) else "utf-16-le"
