"""What an XMP packet says of its picture, in the properties that darktable, digiKam and Lightroom agree on, or not.

Keywords stand in three places. `dc:subject` holds last names, or every name on the way; `lr:hierarchicalSubject` whole
paths with `|` (Lightroom, darktable), `digiKam:TagsList` whole paths with `/`. So a name of `dc:subject` that occurs in
a path is that path's, and no tag of its own unless the lists of paths say so, too.
"""

from __future__ import annotations

from collections.abc import Iterator

from vaultd.domain.details import Details
from vaultd.domain.sidecar import Said, TagPath
from vaultd.metadata.values import moment
from vaultd.metadata.xmp import Packet, Property

SUBJECT, HIERARCHICAL, TAGS_LIST = "dc:subject", "lr:hierarchicalSubject", "digiKam:TagsList"
SEPARATORS = {HIERARCHICAL: "|", TAGS_LIST: "/"}
TITLE, DESCRIPTION, RATING, LABEL = "dc:title", "dc:description", "xmp:Rating", "xmp:Label"
ALT_TEXT = "Iptc4xmpCore:AltTextAccessibility"
"""What can be seen in a picture, told in a sentence to those who cannot see it: a caption (IPTC 2021.1)."""
TEXTS = {
    "title": TITLE, "description": DESCRIPTION, "caption": ALT_TEXT, "label": LABEL, "rights": "dc:rights",
    "location": "Iptc4xmpCore:Location", "city": "photoshop:City", "region": "photoshop:State",
    "country": "photoshop:Country",
}  # fmt: skip
"""Kinds of text in the catalog, and the properties that hold them."""
CREATOR, PERSONS = "dc:creator", "Iptc4xmpExt:PersonInImage"
FACES = {"mwg-rs:Regions": "mwg-rs:Name", "MP:RegionInfo": "MPReg:PersonDisplayName"}
"""Where other programs keep the faces that somebody named, and a name in each. They are read, and never written."""
_FACE_TYPE, _FACE = "mwg-rs:Type", "Face"
_DETAILS = {
    "taken": ("exif:DateTimeOriginal", "photoshop:DateCreated", "exif:DateTimeDigitized", "xmp:CreateDate"),
    "lens": ("exifEX:LensModel", "aux:Lens"),
    "iso": ("exifEX:PhotographicSensitivity", "exif:ISOSpeedRatings"),
    "exposure": ("exif:ExposureTime",),
    "aperture": ("exif:FNumber",),
    "focal": ("exif:FocalLength",),
    "latitude": ("exif:GPSLatitude",),
    "longitude": ("exif:GPSLongitude",),
}
"""Facts, and the properties that tell them, the best one first."""
BETWEEN = "; "
"""What stands between several names in one text."""

LONGEST = 65_536
"""Characters of one text that are kept."""
MOST = 1_000
"""Keywords of one packet that are kept."""
DEEPEST = 32
_OWN = "darktable"
"""The top of tags by which darktable keeps account of its own doings, such as `darktable|exported`."""
_DEFAULT = "x-default"
_STARS = 5


def said(packet: Packet) -> Said:
    """Tags, title, description, label, stars, and whose it says it is."""
    texts = [
        *((kind, text(packet, name)) for kind, name in TEXTS.items()),
        ("creator", BETWEEN.join(dict.fromkeys(_all(packet, CREATOR)))),
        ("person", BETWEEN.join(dict.fromkeys(_persons(packet)))),
    ]
    return Said(
        tags=tuple(list(dict.fromkeys(_tags(packet)))[:MOST]),
        texts=tuple((kind, found[:LONGEST]) for kind, found in texts if found),
        rating=stars(packet),
        of=_of(packet),
        details=details(packet),
    )


def details(packet: Packet) -> Details:
    """When, where and how it was taken. Of several dates it is the first that is possible, if one is."""
    every = {kind: [one for name in names if (one := text(packet, name)[:MOST])] for kind, names in _DETAILS.items()}
    told = {kind: next(iter(found), "") for kind, found in every.items()}
    told["taken"] = next((date for date in every["taken"] if moment(date) is not None), told["taken"])
    return Details(**told, camera=made_by(text(packet, "tiff:Make"), text(packet, "tiff:Model"))[:MOST])


def made_by(make: str, model: str) -> str:
    """Maker and model; makers that repeat themselves in the model are named once."""
    if not model or not make or model.lower().startswith(make.split()[0].lower()):
        return model or make
    return f"{make} {model}"


def _persons(packet: Packet) -> Iterator[str]:
    """Names of those who are in it, as others told: at faces, and as a list."""
    for place, name in FACES.items():
        for found in packet.named(place):
            for part in found.parts.values():
                if part.get(_FACE_TYPE, _FACE) == _FACE and part.get(name, "").strip():
                    yield part[name].strip()
    yield from _all(packet, PERSONS)


def paths(packet: Packet, name: str) -> list[TagPath]:
    """The paths of one of the two lists of paths, in its order."""
    return [path for one in _all(packet, name) if (path := path_of(one, SEPARATORS[name]))]


def path_of(written: str, separator: str) -> TagPath:
    """The names of a path as it is written in a list."""
    return tuple(part.strip() for part in written.split(separator) if part.strip())[:DEEPEST]


def flat(packet: Packet) -> list[str]:
    """The names of `dc:subject`."""
    return _all(packet, SUBJECT)


def text(packet: Packet, name: str) -> str:
    """A text in the default language or else the first one, '' for none."""
    for found in packet.named(name):
        item = next((item for item in found.items if item.lang == _DEFAULT and item.text.strip()), None)
        if item is not None:
            return item.text.strip()
        if found.texts:
            return found.texts[0]
    return ""


def stars(packet: Packet) -> int:
    """1 to 5; 0 for none, and for what is marked as rejected (-1). Some programs write halves."""
    try:
        value = round(float(text(packet, RATING) or "0"))
    except (ValueError, OverflowError):
        return 0
    return value if 0 < value <= _STARS else 0


def _tags(packet: Packet) -> Iterator[TagPath]:
    whole = [path for name in SEPARATORS for path in paths(packet, name)]
    within = {part.casefold() for path in whole for part in path}
    yield from (path for path in whole if path[0] != _OWN or len(path) == 1)
    yield from ((name,) for name in flat(packet) if name.casefold() not in within)


def _all(packet: Packet, name: str) -> list[str]:
    return [one for found in packet.named(name) for one in found.texts]


def _of(packet: Packet) -> str:
    """The file that the packet names (Camera Raw, darktable), or how its name ends (Lightroom)."""
    for name in ("crs:RawFileName", "xmpMM:DerivedFrom"):
        named = _simple(packet.named(name)).rpartition("/")[2].rpartition("\\")[2]
        if named:
            return named.casefold()
    ending = _simple(packet.named("photoshop:SidecarForExtension")).lstrip(".")
    return f".{ending.casefold()}" if ending else ""


def _simple(found: list[Property]) -> str:
    return next((one.text.strip() for one in found if one.is_plain and not one.array), "")
