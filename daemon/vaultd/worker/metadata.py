"""All that a picture's file says of itself besides its pixels."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from PIL import Image, ImageFile, IptcImagePlugin

from vaultd.domain.content import Content, Keywords, Words
from vaultd.domain.looks import Looks
from vaultd.worker import exif, xmp
from vaultd.worker.decoding import DAMAGE
from vaultd.worker.formats import TYPES
from vaultd.worker.messages import HasRead

LONGEST = 65_536
"""Characters of one text that are kept."""

_IPTC_TITLE, _IPTC_KEYWORDS, _IPTC_CAPTION = (2, 5), (2, 25), (2, 120)
_PNG_KINDS = {"Title": "title", "Description": "description", "Comment": "comment"}
_PARAMETERS = "parameters"
_XMP = 700
"""The tag that holds the packet in raw files, as in TIFF."""
Found = TypeVar("Found")
Iptc = dict[tuple[int, int], bytes | list[bytes]]


def content(picture: ImageFile.ImageFile, read: HasRead, upright: tuple[int, int], looks: Looks) -> Content:
    """The facts of a loaded picture. Damaged metadata says nothing; it never makes a picture unreadable."""
    found = _exif(picture)
    tree = xmp.read(picture.info.get("xmp") or found.get(_XMP))
    iptc = _iptc(picture)
    keywords = [
        *_unless_damaged(lambda: [exif.keywords(found)]),
        *([xmp.keywords(tree)] if tree is not None else []),
        Keywords("iptc", _iptc_texts(iptc.get(_IPTC_KEYWORDS))),
    ]
    words = [
        *_unless_damaged(lambda: exif.words(found)),
        *(xmp.words(tree) if tree is not None else ()),
        *_iptc_words(iptc),
        *_png_words(picture),
    ]
    return Content(
        hash=read.hash,
        size=read.facts.size,
        type=TYPES[picture.format or ""],
        width=upright[0],
        height=upright[1],
        taken_at=next(iter(_unless_damaged(lambda: [exif.taken_at(found)])), None),
        camera=next(iter(_unless_damaged(lambda: [exif.camera(found)])), None),
        lens=next(iter(_unless_damaged(lambda: [exif.lens(found)])), None),
        iso=next(iter(_unless_damaged(lambda: [exif.iso(found)])), None),
        looks=looks,
        keywords=_merged(keywords),
        texts=[Words(said.kind, said.source, said.text[:LONGEST]) for said in words],
    )


def _exif(picture: Image.Image) -> Image.Exif:
    return next(iter(_unless_damaged(lambda: [picture.getexif()])), Image.Exif())


def _iptc(picture: ImageFile.ImageFile) -> Iptc:
    return next(iter(_unless_damaged(lambda: [IptcImagePlugin.getiptcinfo(picture) or {}])), {})


def _unless_damaged(read: Callable[[], Iterable[Found]]) -> list[Found]:
    """What `read` finds; Pillow's readers raise many things when metadata is not what it claims to be."""
    try:
        return list(read())
    except DAMAGE:
        return []


def _merged(found: list[Keywords]) -> list[Keywords]:
    """One entry a source, each name once."""
    names: dict[str, dict[str, None]] = {}
    for keywords in found:
        names.setdefault(keywords.source, {}).update(dict.fromkeys(keywords.names))
    return [Keywords(source, list(each)) for source, each in names.items() if each]


def _iptc_texts(value: object) -> list[str]:
    """IPTC-IIM values, one or several. Programs write UTF-8 or Latin-1 and seldom say which."""
    values = value if isinstance(value, list) else [value]
    return [_iptc_text(one) for one in values if isinstance(one, bytes) and one.strip(b"\0 ")]


def _iptc_text(value: bytes) -> str:
    try:
        return value.decode("utf-8").strip("\0 ")
    except UnicodeDecodeError:
        return value.decode("latin-1").strip("\0 ")


def _iptc_words(iptc: Iptc) -> Iterator[Words]:
    for kind, key in (("title", _IPTC_TITLE), ("description", _IPTC_CAPTION)):
        for said in _iptc_texts(iptc.get(key))[:1]:
            yield Words(kind, "iptc", said)


def _png_words(picture: Image.Image) -> Iterator[Words]:
    """PNG text chunks; in `parameters`, image generators write the prompt, the negative prompt and their settings."""
    chunks = picture.info if picture.format == "PNG" else {}
    for key, kind in _PNG_KINDS.items():
        said = chunks.get(key)
        if isinstance(said, str) and said.strip():
            yield Words(kind, "png", said.strip())
    parameters = chunks.get(_PARAMETERS)
    if isinstance(parameters, str) and parameters.strip():
        said = parameters.partition("\nSteps:")[0]
        prompt, _, negative = said.partition("\nNegative prompt:")
        for kind, part in (("prompt", prompt), ("negative", negative)):
            if part.strip():
                yield Words(kind, "png", part.strip())
