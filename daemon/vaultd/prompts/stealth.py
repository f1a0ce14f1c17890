"""What hides in the lowest bits of a picture's pixels: NovelAI's, and the extension of A1111 that writes the same way.

Bits go down each column, then to the next. Fifteen bytes of magic, the length in bits (32, the highest first), the
text, packed by gzip or not. In the alpha channel, or in red, green and blue of each pixel in turn.

Sources: NovelAI/novelai-image-metadata nai_meta.py; ashen-sensored/sd_webui_stealth_pnginfo.
"""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vaultd.domain.generation import Generation
from vaultd.prompts import dialects
from vaultd.prompts.containers.png import inflated, text_of
from vaultd.prompts.texts import LONGEST, Text, Texts, decoded
from vaultd.prompts.values import words

Pixels = NDArray[np.uint8]

PLAIN, PACKED = "info", "comp"
_MAGIC_BYTES, _LENGTH_BYTES = 15, 4
_GZIP = zlib.MAX_WBITS | 16
ALPHA, COLOUR = (3,), (0, 1, 2)
_MAGIC = {ALPHA: b"stealth_png", COLOUR: b"stealth_rgb"}


GATE_BITS = _MAGIC_BYTES * 8
"""Pixels of the first columns by which `may_hide` knows: no way of writing hides less than a bit in one."""


def may_hide(pixels: Pixels) -> bool:
    """Whether something hides in an image, or in its left edge of at least GATE_BITS pixels."""
    return _found(pixels) is not None


def of_pixels(pixels: Pixels) -> Generation | None:
    """What hides in an image [height, width, 3 or 4], as it was decoded: neither resized, turned nor converted.

    Of a picture that hides nothing, 120 bits of its first columns are looked at.
    """
    found = _found(pixels)
    return _said(_hidden(pixels, *found)) if found else None


def _found(pixels: Pixels) -> tuple[tuple[int, ...], str] | None:
    """The channels that begin with the magic, and the form that it names."""
    if pixels.ndim != 3 or pixels.shape[2] not in (3, 4) or not pixels.size:
        return None
    for channels in (ALPHA, COLOUR)[pixels.shape[2] == 3 :]:
        magic = _bytes(pixels, channels, 0, _MAGIC_BYTES)
        for form in (PLAIN, PACKED):
            if magic == _MAGIC[channels] + form.encode():
                return channels, form
    return None


def _hidden(pixels: Pixels, channels: tuple[int, ...], form: str) -> str:
    """The text that follows the magic, as long as it says it is, and no longer than is allowed."""
    bits = int.from_bytes(_bytes(pixels, channels, _MAGIC_BYTES, _LENGTH_BYTES), "big")
    data = _bytes(pixels, channels, _MAGIC_BYTES + _LENGTH_BYTES, min(bits // 8, LONGEST))
    return text_of(inflated(data, _GZIP) if form == PACKED else data)


def _bytes(pixels: Pixels, channels: tuple[int, ...], start: int, count: int) -> bytes:
    """So many bytes of the hidden stream, fewer if it ends before; only the columns that hold them are touched."""
    height, width = pixels.shape[:2]
    of_column = height * len(channels)
    left, right = start * 8 // of_column, min(-((start + count) * -8 // of_column), width)
    columns = pixels[:, left:right, channels[0] : channels[-1] + 1]
    bits = columns.transpose(1, 0, 2).reshape(-1)[start * 8 - left * of_column :][: count * 8] & 1
    return np.packbits(bits).tobytes()


def _said(text: str) -> Generation | None:
    """NovelAI hides what else are texts of their own as one object; the extension, what else is `parameters`."""
    data: dict[str, Any] = decoded(text)
    parts = [Text(key, words(value, LONGEST)) for key, value in data.items()] if "Comment" in data else []
    return dialects.read(Texts.of(parts or [Text("parameters", text)]))
