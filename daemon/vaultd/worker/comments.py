"""The comments of JPEG (ITU-T T.81, B.2.4.5) and GIF (89a, 24), which name no character set. Programs that write files
leave their own names there; that says nothing of a picture."""

from __future__ import annotations

import re
from collections.abc import Iterator

from PIL import Image

from vaultd.domain.content import Words

SOURCE = "comment"
_FORMATS = frozenset({"JPEG", "MPO", "GIF"})
_PROGRAMS = re.compile(
    r"(creator: gd-jpeg|lavc\d|lead technologies|intel\(r\) |jpeg encoder|applemark|xv version |handmade software"
    r"|acd systems|file written by adobe"
    r"|\w+ (with|by|using|on) (the )?(gimp|inkscape|imagemagick|graphicsmagick|adobe |ffmpeg|paint\.net|ms paint"
    r"|jpegmini|jpeg-recompress|jpegoptim|gifsicle|gifbrewery|ebay|ulead|corel|https?://(www\.)?ezgif))",
    re.IGNORECASE,
)
"""How what they leave begins."""


def words(picture: Image.Image) -> Iterator[Words]:
    """The comment of an opened picture: the last one of a JPEG that has several, as Pillow tells it."""
    said = picture.info.get("comment") if picture.format in _FORMATS else None
    if isinstance(said, bytes) and (text := _text(said)) and not by_program(text):
        yield Words("comment", SOURCE, text)


def by_program(text: str) -> bool:
    """Whether it is the name of the program that wrote the file, and not what somebody said of the picture."""
    return _PROGRAMS.match(text.strip()) is not None


def _text(data: bytes) -> str:
    """UTF-8 where it is that, else Latin-1; nothing where it holds bytes that are no text."""
    try:
        said = data.decode()
    except UnicodeDecodeError:
        said = data.decode("latin-1")
    said = said.rstrip("\0").strip()
    return said if all(letter.isprintable() or letter.isspace() for letter in said) else ""
