"""JPEG XL, by imagecodecs (BSD, with libjxl, BSD). The container is that of ISO/IEC 18181-2."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vaultd.worker.readers import jxl_header
from vaultd.worker.readers.boxes import boxes
from vaultd.worker.readers.whole import WholeImageFile

CONTAINER = b"\0\0\0\x0cJXL \r\n\x87\n"
LONGEST = 4 * 1024 * 1024
"""Bytes of metadata that are unpacked."""
_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}


class JxlImageFile(WholeImageFile):
    format = "JXL"
    format_description = "JPEG XL"

    def _open(self) -> None:
        self._content = cast("BinaryIO", self.fp).read()
        parts = list(boxes(self._content)) if self._content.startswith(CONTAINER) else []
        start = _codestream(parts) if parts else self._content[: jxl_header.ENOUGH]
        self._header = jxl_header.header(start)
        self._size, self._mode = self._header.size, "RGB"
        self.info.update(_said(parts))

    def _decoded(self) -> Image.Image:
        import imagecodecs

        try:
            pixels = imagecodecs.jpegxl_decode(self._content, None if self._header.is_animated else 0, numthreads=1)
        except imagecodecs.JpegxlError as error:
            raise OSError(str(error)) from None
        expected = (self._size[1], self._size[0])
        if self._header.is_animated and pixels.shape[:2] != expected:
            pixels = pixels[len(pixels) // 2]
        if pixels.shape[:2] != expected:
            raise OSError("the picture is not as large as its header says")
        levels = _eight_bits(pixels)
        if levels.ndim == 2:
            return Image.fromarray(levels)
        return Image.fromarray(np.ascontiguousarray(levels[..., :4]), _MODES[min(levels.shape[2], 4)])


def _eight_bits(pixels: NDArray[np.generic]) -> NDArray[np.uint8]:
    if pixels.dtype == np.uint8:
        return pixels.astype(np.uint8, copy=False)
    if pixels.dtype == np.uint16:
        return (pixels.astype(np.uint16, copy=False) >> 8).astype(np.uint8)
    return (np.nan_to_num(pixels.astype(np.float32)).clip(0, 1) * 255).astype(np.uint8)


def _codestream(parts: list[tuple[bytes, memoryview]]) -> bytes:
    """The start of the codestream, which may be cut into parts, each with its number (4 bytes) in front."""
    found = b""
    for kind, content in parts:
        if kind == b"jxlc":
            return bytes(content[: jxl_header.ENOUGH])
        if kind == b"jxlp":
            found += bytes(content[4 : 4 + jxl_header.ENOUGH])
    return found


def _said(parts: list[tuple[bytes, memoryview]]) -> Iterator[tuple[str, bytes]]:
    """The EXIF block, without the offset (4 bytes) in front of it, and the XMP packet."""
    for kind, content in parts:
        if kind == b"brob":
            kind, content = bytes(content[:4]), memoryview(_unpacked(bytes(content[4:])))
        if kind == b"Exif":
            yield "exif", bytes(content[4 : 4 + LONGEST])
        elif kind == b"xml ":
            yield "xmp", bytes(content[:LONGEST])


def _unpacked(packed: bytes) -> bytes:
    """Brotli (RFC 7932) undone; nothing where it is damaged or becomes too long."""
    import imagecodecs

    try:
        return bytes(imagecodecs.brotli_decode(packed, out=LONGEST))
    except (RuntimeError, ValueError):
        return b""


def _accept(prefix: bytes) -> bool:
    return prefix.startswith((jxl_header.SIGNATURE, CONTAINER))


def register() -> None:
    """Makes Pillow read it."""
    Image.register_open(JxlImageFile.format, JxlImageFile, _accept)
