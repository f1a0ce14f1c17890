"""The thumbnail of one file, made that of another name of it: other marks, the same pixels, nothing decoded.

PNG (Third Edition) is a signature and chunks: length of the data (4 bytes), type (4), data, CRC-32 of type and data.
A chunk `tEXt` is a keyword, a zero byte, and the text; the keywords are the Thumbnail Managing Standard's (0.9).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

from vaultd.worker.thumbnail_files import SOFTWARE, uri

MOST_BYTES = 4_000_000
"""No thumbnail of at most 256 pixels is larger; a file that is, is none."""

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER = b"IHDR"
_TEXT = b"tEXt"
_END = b"IEND"
_OVERHEAD = 12
_URI, _MTIME, _SOFTWARE = b"Thumb::URI", b"Thumb::MTime", b"Software"


def read(place: Path) -> bytes:
    """A thumbnail's bytes; nothing if there is none. Raises OSError where it cannot be read."""
    try:
        with place.open("rb") as file:
            return file.read(MOST_BYTES)
    except FileNotFoundError:
        return b""


def mtime(png: bytes) -> int | None:
    """The modification time, in seconds, of the file that this is the thumbnail of; None if it does not say so, or if
    any of its bytes is not what was written."""
    try:
        return int(_marks(png).get(_MTIME, b""))
    except ValueError:
        return None


def original(png: bytes) -> str | None:
    """The URI of the file that this is our thumbnail of; None if it is torn, or another program's."""
    try:
        marks = _marks(png)
    except ValueError:
        return None
    return marks[_URI].decode("latin-1") if marks.get(_SOFTWARE) == SOFTWARE.encode() and _URI in marks else None


def _marks(png: bytes) -> dict[bytes, bytes]:
    """What its text chunks say, by keyword. Raises ValueError where they are torn."""
    texts = [chunk[8:-4].partition(b"\0") for kind, chunk in _chunks(png) if kind == _TEXT]
    return {keyword: text for keyword, _, text in texts}


def relabelled(png: bytes, path: bytes, seconds: int) -> bytes | None:
    """The same thumbnail for a file at `path` that was changed at `seconds`; None if `png` is no whole PNG."""
    marks = {_SOFTWARE: SOFTWARE.encode(), _URI: uri(path).encode(), _MTIME: b"%d" % seconds}
    parts = [_SIGNATURE]
    try:
        for kind, chunk in _chunks(png):
            if kind != _TEXT or _keyword(chunk) not in marks:
                parts.append(chunk)
            if kind == _HEADER:
                parts += [_text(keyword, text) for keyword, text in marks.items()]
    except ValueError:
        return None
    return b"".join(parts)


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks up to the last, each with its type, whole. Raises ValueError where they are torn."""
    if not png.startswith(_SIGNATURE):
        raise ValueError("no PNG")
    at = len(_SIGNATURE)
    while at < len(png):
        end = at + _OVERHEAD + int.from_bytes(png[at : at + 4])
        kind = png[at + 4 : at + 8]
        if end > len(png) or (at == len(_SIGNATURE) and kind != _HEADER):
            raise ValueError("a torn PNG")
        if zlib.crc32(png[at + 4 : end - 4]) != int.from_bytes(png[end - 4 : end]):
            raise ValueError("a damaged PNG")
        yield kind, png[at:end]
        if kind == _END:
            return
        at = end
    raise ValueError("a PNG without an end")


def _keyword(chunk: bytes) -> bytes:
    return chunk[8:-4].partition(b"\0")[0]


def _text(keyword: bytes, text: bytes) -> bytes:
    body = _TEXT + keyword + b"\0" + text
    return (len(body) - 4).to_bytes(4) + body + zlib.crc32(body).to_bytes(4)
