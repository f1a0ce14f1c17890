"""What stands inside a picture's file: EXIF, IPTC-IIM, XMP, texts of PNG, comments. What is damaged says nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from PIL import Image, ImageFile

from vaultd.domain.content import Keywords, Words
from vaultd.domain.details import Details
from vaultd.domain.sidecar import NOTHING, Said, in_order
from vaultd.metadata import said as properties
from vaultd.metadata import xmp
from vaultd.worker import comments, exif, iptc
from vaultd.worker.decoding import DAMAGE
from vaultd.worker.extended_xmp import extension

LONGEST_PACKET = 4 * 1024 * 1024
_XMP = 700
"""The tag that holds the packet in raw files, as in TIFF."""
_PNG_KINDS = {
    "Title": "title", "Description": "description", "Comment": "comment", "Author": "creator", "Copyright": "rights",
}  # fmt: skip
Found = TypeVar("Found")


@dataclass(frozen=True)
class Embedded:
    """`details` by source; `rating`: stars, 0 for none."""

    keywords: list[Keywords]
    words: list[Words]
    details: dict[str, Details]
    rating: int


def read(picture: ImageFile.ImageFile, packet: bytes = b"") -> Embedded:
    """All that an opened picture says of itself in these forms. Of PNG that is also what stands behind its pixels, if
    they are loaded. `packet`: XMP that Pillow does not tell, of a GIF."""
    found = _first(lambda: picture.getexif(), Image.Exif())
    said = _packets(picture, packet or picture.info.get("xmp") or found.get(_XMP))
    none: iptc.Records = {}
    records = _first(lambda: iptc.records(picture), none)
    details = {
        "exif": _first(lambda: exif.details(found), Details()),
        "xmp": said.details,
        "iptc": iptc.details(records),
    }
    keywords = [_first(lambda: exif.keywords(found), Keywords("xmp")), _xmp_keywords(said), iptc.keywords(records)]
    silence: list[Words] = []
    words = [
        *_first(lambda: list(exif.words(found)), silence),
        *(Words(kind, "xmp", text) for kind, text in said.texts),
        *iptc.words(records),
        *_png_words(picture),
        *comments.words(picture),
    ]
    rating = said.rating or _first(lambda: exif.rating(found), 0)
    return Embedded(_merged(keywords), words, {one: told for one, told in details.items() if told != Details()}, rating)


def _first(read: Callable[[], Found], otherwise: Found) -> Found:
    """What `read` gives; Pillow's readers raise many things when metadata is not what it claims to be."""
    try:
        return read()
    except DAMAGE:
        return otherwise


def _packets(picture: ImageFile.ImageFile, main: object) -> Said:
    """What XMP says, of a JPEG also what did not fit into its one segment; nothing if there is none."""
    data = main.encode() if isinstance(main, str) else main
    if not isinstance(data, bytes):
        return NOTHING
    further = extension(data, getattr(picture, "applist", ()), LONGEST_PACKET)
    return in_order([_packet(data), _packet(further)]) if further else _packet(data)


def _packet(data: bytes) -> Said:
    """What a packet says, nothing if it is damaged or hostile."""
    try:
        return properties.said(xmp.parse(data.strip(b"\0 \n"), LONGEST_PACKET))
    except xmp.Unreadable:
        return NOTHING


def _xmp_keywords(packet: Said) -> Keywords:
    return Keywords("xmp", [path[0] for path in packet.tags if len(path) == 1], [p for p in packet.tags if len(p) > 1])


def _merged(found: Iterable[Keywords]) -> list[Keywords]:
    """One entry a source, each name once."""
    names: dict[str, dict[str, None]] = {}
    paths: dict[str, dict[tuple[str, ...], None]] = {}
    for one in found:
        names.setdefault(one.source, {}).update(dict.fromkeys(one.names))
        paths.setdefault(one.source, {}).update(dict.fromkeys(one.paths))
    return [Keywords(one, list(names[one]), list(paths[one])) for one in names if names[one] or paths[one]]


def _png_words(picture: Image.Image) -> Iterator[Words]:
    for key, kind in _PNG_KINDS.items() if picture.format == "PNG" else ():
        said = picture.info.get(key)
        if isinstance(said, str) and said.strip() and not (kind == "comment" and comments.by_program(said)):
            yield Words(kind, "png", said.strip())
