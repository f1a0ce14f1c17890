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
    make, model = text(exif.get(MAKE)), text(exif.get(MODEL))
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
    return value[8:].decode(charset, "replace").replace("\0", " ").strip() if charset else ""
