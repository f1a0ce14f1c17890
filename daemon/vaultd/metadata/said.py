"""What an XMP packet says of its picture, in the properties that darktable, digiKam and Lightroom agree on, or not.

Keywords stand in three places. `dc:subject` holds last names, or every name on the way; `lr:hierarchicalSubject` whole
paths with `|` (Lightroom, darktable), `digiKam:TagsList` whole paths with `/`. So a name of `dc:subject` that occurs in
a path is that path's, and no tag of its own unless the lists of paths say so, too.
"""

from __future__ import annotations

from collections.abc import Iterator

from vaultd.domain.sidecar import Said, TagPath
from vaultd.metadata.xmp import Packet, Property

SUBJECT, HIERARCHICAL, TAGS_LIST = "dc:subject", "lr:hierarchicalSubject", "digiKam:TagsList"
SEPARATORS = {HIERARCHICAL: "|", TAGS_LIST: "/"}
TITLE, DESCRIPTION, RATING, LABEL = "dc:title", "dc:description", "xmp:Rating", "xmp:Label"
TEXTS = {"title": TITLE, "description": DESCRIPTION, "label": LABEL}
"""Kinds of text in the catalog, and the properties that hold them."""

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
    texts = ((kind, text(packet, name)[:LONGEST]) for kind, name in TEXTS.items())
    return Said(
        tags=tuple(list(dict.fromkeys(_tags(packet)))[:MOST]),
        texts=tuple((kind, found) for kind, found in texts if found),
        rating=stars(packet),
        of=_of(packet),
    )


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
