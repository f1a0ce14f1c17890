"""What the camera wrote: when, with what, and the few texts that EXIF has room for."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import Any

from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from vaultd.domain.content import Keywords, Words
from vaultd.domain.details import Details
from vaultd.metadata.said import made_by
from vaultd.metadata.values import moment
from vaultd.prompts.containers import usercomment
from vaultd.worker.decoding import DAMAGE

MAKE, MODEL, DESCRIPTION, ARTIST, COPYRIGHT = 271, 272, 270, 315, 33432
XP_TITLE, XP_COMMENT, XP_AUTHOR, XP_KEYWORDS, XP_SUBJECT, RATING = 40091, 40092, 40093, 40094, 40095, 18246
EXIF_IFD, DATE_ORIGINAL, DATE_DIGITIZED, USER_COMMENT = 34665, 36867, 36868, 37510
ZONE_ORIGINAL, ZONE_DIGITIZED = 36881, 36882
EXPOSURE, APERTURE, FOCAL = 33434, 33437, 37386
GPS_IFD, LATITUDE, LONGITUDE = 34853, 2, 4
"""Before latitude and longitude stand the letters of where they are counted from."""
SENSITIVITY, LENS_MAKE, LENS_MODEL = 34855, 42035, 42036
STANDARD_OUTPUT, RECOMMENDED_INDEX, ISO_SPEED = 34865, 34866, 34867
BEYOND_SHORT = 65535
"""SENSITIVITY holds two bytes; a greater one is written so, and in full beside it (Exif 2.3)."""
_NO_LENS = re.compile(r"[-\s]*|0(\.0)?\s*mm.*|n/?a|none|unknown.*|no lens.*", re.IGNORECASE)

_DATES = ((DATE_ORIGINAL, ZONE_ORIGINAL), (DATE_DIGITIZED, ZONE_DIGITIZED))
_MOST_VALUES, _LONGEST_VALUE = 8, 1_000
_BOILERPLATE = frozenset({"olympus digital camera", "sony dsc", "minolta digital camera", "digital camera", "exif"})
_CHARSETS = frozenset({b"ASCII\0\0\0", b"UNICODE\0", b"\0" * 8})


def details(exif: Image.Exif) -> Details:
    """When, where and how it was taken. Of its two dates it is the first that is possible, if one is."""
    found, place = _part(exif, EXIF_IFD), _part(exif, GPS_IFD)
    dates = [(written(found.get(tag)), written(found.get(zone))) for tag, zone in _DATES]
    taken, zone = next(((date, zone) for date, zone in dates if moment(date) is not None), dates[0])
    return Details(
        taken=taken,
        zone=zone,
        camera=camera(exif) or "",
        lens=lens(exif) or "",
        iso=str(iso(exif) or ""),
        exposure=written(found.get(EXPOSURE)),
        aperture=written(found.get(APERTURE)),
        focal=written(found.get(FOCAL)),
        latitude=f"{written(place.get(LATITUDE))} {written(place.get(LATITUDE - 1))}".strip(),
        longitude=f"{written(place.get(LONGITUDE))} {written(place.get(LONGITUDE - 1))}".strip(),
    )


def rating(exif: Image.Exif) -> int:
    """The stars that Windows writes, 1 to 5; 0 for none."""
    stars = exif.get(RATING)
    return stars if isinstance(stars, int) and 1 <= stars <= 5 else 0


def written(value: Any) -> str:
    """A value as text, numbers included; several have spaces between them."""
    if isinstance(value, tuple):
        return " ".join(written(one) for one in value[:_MOST_VALUES])
    if isinstance(value, IFDRational):
        return f"{value.numerator}/{value.denominator}" if value.denominator != 1 else str(value.numerator)
    return str(value) if isinstance(value, int | float) else text(value)[:_LONGEST_VALUE]


def camera(exif: Image.Exif) -> str | None:
    """Maker and model; makers that repeat themselves in the model are named once."""
    return made_by(text(exif.get(MAKE)), text(exif.get(MODEL))) or None


def lens(exif: Image.Exif) -> str | None:
    """Maker and model of the lens, None for what cameras write where they know of none."""
    details = _part(exif, EXIF_IFD)
    model = text(details.get(LENS_MODEL))
    return None if _NO_LENS.fullmatch(model) else made_by(text(details.get(LENS_MAKE)), model) or None


def iso(exif: Image.Exif) -> int | None:
    """The sensitivity it was taken at."""
    details = _part(exif, EXIF_IFD)
    short, *full = (_count(details.get(tag)) for tag in (SENSITIVITY, ISO_SPEED, RECOMMENDED_INDEX, STANDARD_OUTPUT))
    if short and short != BEYOND_SHORT:
        return short
    return next(filter(None, full), short)


def _part(exif: Image.Exif, which: int) -> dict[int, Any]:
    """One of the directories that EXIF is made of; a damaged one is empty, and costs only itself."""
    try:
        found: dict[int, Any] = exif.get_ifd(which)
    except DAMAGE:
        return {}
    return found


def _count(value: Any) -> int | None:
    """A whole number from 1 on; of several the first."""
    first = value[0] if isinstance(value, tuple) and value else value
    return first if isinstance(first, int) and first > 0 else None


def words(exif: Image.Exif) -> Iterator[Words]:
    """Title, description, comment, who made it and whose it is."""
    found = {
        "title": text(exif.get(XP_TITLE)),
        "description": text(exif.get(DESCRIPTION)) or text(exif.get(XP_SUBJECT)),
        "comment": text(exif.get(XP_COMMENT)) or _comment(_part(exif, EXIF_IFD).get(USER_COMMENT)),
        "creator": text(exif.get(ARTIST)) or text(exif.get(XP_AUTHOR)),
        "rights": text(exif.get(COPYRIGHT)),
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
    return usercomment.comment(value).replace("\0", " ").strip() if value[:8] in _CHARSETS else ""
