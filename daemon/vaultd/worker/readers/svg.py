"""SVG, drawn by resvg (resvg_py: MIT, with resvg, Apache-2.0 or MIT). Nothing outside of the document is drawn."""

from __future__ import annotations

import io
import math
import re
import zlib
from typing import TYPE_CHECKING, BinaryIO, cast
from xml.etree.ElementTree import tostring

from PIL import Image

from vaultd.worker.readers.svg_cleaning import cleaned
from vaultd.worker.readers.whole import WholeImageFile

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

LONGEST = 32 * 1024 * 1024
"""Bytes of a document, unpacked."""
LARGEST = 8192
"""Pixels of the longer side, whatever the document says: it costs nothing to claim more."""
UNSAID = 100.0
"""Pixels of a side of which the document says nothing, as in resvg."""
_PIXELS = {"": 1.0, "px": 1.0, "pt": 4 / 3, "pc": 16.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0}
"""Of each unit (CSS Values and Units 3, 6.2)."""
_LENGTH = re.compile(r"\s*\+?(\d*\.?\d+(?:e[+-]?\d+)?)\s*([a-z]*)\s*", re.IGNORECASE)
_PACKED = b"\x1f\x8b"
_MARK = b"\xef\xbb\xbf"


class SvgImageFile(WholeImageFile):
    format = "SVG"
    format_description = "Scalable Vector Graphics"

    def _open(self) -> None:
        content = cast("BinaryIO", self.fp).read(LONGEST + 1)
        if content.startswith(_PACKED):
            content = _unpacked(content)
        if len(content) > LONGEST:
            raise ValueError(f"the document is longer than {LONGEST:,} bytes")
        root = cleaned(content)
        width, height = _size(root)
        root.set("width", str(width))
        root.set("height", str(height))
        scale = min(1.0, LARGEST / max(width, height))
        self._size = (max(1, round(width * scale)), max(1, round(height * scale)))
        self._mode = "RGBA"
        self._document = tostring(root, encoding="unicode")

    def _decoded(self) -> Image.Image:
        """It is drawn as large as is wanted."""
        import resvg_py

        wanted = self.wanted or min(self._size)
        scale = min(wanted / min(self._size), LARGEST / max(self._size))
        width, height = (max(1, round(side * scale)) for side in self._size)
        without_text = "text" not in self._document  # finding the system's fonts takes longer than most drawings
        drawn = resvg_py.svg_to_bytes(self._document, width=width, height=height, skip_system_fonts=without_text)
        return Image.open(io.BytesIO(drawn), formats=["PNG"])


def _unpacked(content: bytes) -> bytes:
    """A gzip file (RFC 1952) undone, to one byte more than is allowed at most. Raises SyntaxError where it is none."""
    try:
        return zlib.decompressobj(31).decompress(content, LONGEST + 1)
    except zlib.error as error:
        raise SyntaxError(str(error)) from None


def _size(root: Element) -> tuple[float, float]:
    """Width and height in pixels: as the document says, or else of what it shows (SVG 2, 8.2 and 8.12)."""
    across, down = _shown(root)
    width, height = (_pixels(root.get(name)) for name in ("width", "height"))
    if width is None:
        width = across if height is None else height * across / down
    if height is None:
        height = width * down / across
    return width, height


def _shown(root: Element) -> tuple[float, float]:
    """Width and height of the view box, or what stands for one."""
    parts = [_number(part) for part in re.split(r"[\s,]+", root.get("viewBox", "").strip())]
    across, down = parts[2:] if len(parts) == 4 else (None, None)
    return (across, down) if across and down else (UNSAID, UNSAID)


def _pixels(length: str | None) -> float | None:
    """A length in pixels; None for none, for nonsense, and for shares of a page that is not there."""
    found = _LENGTH.fullmatch(length or "")
    each = _PIXELS.get(found[2].lower()) if found else None
    return None if found is None or each is None else _positive(float(found[1]) * each)


def _number(text: str) -> float | None:
    try:
        return _positive(float(text))
    except ValueError:
        return None


def _positive(value: float) -> float | None:
    return value if math.isfinite(value) and value > 0 else None


def _accept(prefix: bytes) -> bool:
    return prefix.startswith(_PACKED) or prefix.removeprefix(_MARK).lstrip().startswith(b"<") or not prefix.strip()


def register() -> None:
    """Makes Pillow read it."""
    Image.register_open(SvgImageFile.format, SvgImageFile, _accept)
