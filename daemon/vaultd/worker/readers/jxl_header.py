"""What the start of a JPEG XL codestream says, so that nothing is decoded that is too large (ISO/IEC 18181-1).

SizeHeader (D.2) and the start of ImageMetadata (D.3). Bits are read from the lowest of each byte on.
"""

from __future__ import annotations

from dataclasses import dataclass

SIGNATURE = b"\xff\x0a"
ENOUGH = 64
"""Bytes that hold all of it."""
_LENGTHS = (9, 13, 18, 30)
_RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))
_SIDEWAYS = 5


@dataclass(frozen=True)
class Header:
    """`size`: width and height, upright."""

    size: tuple[int, int]
    is_animated: bool


class _Bits:
    def __init__(self, content: bytes) -> None:
        self._value = int.from_bytes(content, "little")
        self._left = 8 * len(content)

    def take(self, count: int) -> int:
        """The next bits as a number. Raises EOFError."""
        if count > self._left:
            raise EOFError("the header is cut off")
        taken = self._value & ((1 << count) - 1)
        self._value >>= count
        self._left -= count
        return taken


def header(codestream: bytes) -> Header:
    """Reads it. Raises SyntaxError where it is no codestream, EOFError where it is cut off."""
    if not codestream.startswith(SIGNATURE):
        raise SyntaxError("no JPEG XL codestream")
    bits = _Bits(codestream[len(SIGNATURE) : ENOUGH])
    width, height = _size(bits)
    orientation, is_animated = _seen(bits)
    return Header((height, width) if orientation >= _SIDEWAYS else (width, height), is_animated)


def _size(bits: _Bits) -> tuple[int, int]:
    """SizeHeader, or the one within: width and height as they are stored."""
    small = bits.take(1)
    height = _side(bits, small)
    ratio = bits.take(3)
    if not ratio:
        return _side(bits, small), height
    times, parts = _RATIOS[ratio - 1]
    return height * times // parts, height


def _side(bits: _Bits, small: int) -> int:
    return 8 * (bits.take(5) + 1) if small else bits.take(_LENGTHS[bits.take(2)]) + 1


def _seen(bits: _Bits) -> tuple[int, bool]:
    """Orientation, as in EXIF, and whether there are several frames."""
    all_default = bits.take(1)
    if all_default or not bits.take(1):
        return 1, False
    orientation = bits.take(3) + 1
    if bits.take(1):  # the size that it is meant to be seen at
        _size(bits)
    if bits.take(1):
        _skip_preview(bits)
    return orientation, bool(bits.take(1))


def _skip_preview(bits: _Bits) -> None:
    """PreviewHeader."""
    by_eights = bits.take(1)
    _preview_side(bits, by_eights)
    if not bits.take(3):
        _preview_side(bits, by_eights)


def _preview_side(bits: _Bits, by_eights: int) -> None:
    choice = bits.take(2)
    lengths = (0, 0, 5, 9) if by_eights else (6, 8, 10, 12)
    bits.take(lengths[choice])
