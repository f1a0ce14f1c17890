"""Writing thumbnails for file managers.

freedesktop.org Thumbnail Managing Standard 0.9: a PNG of at most 128 and one of 256 pixels, with the URI and the file's
modification time (seconds) in text chunks; folders 0700, files 0600.
"""

from __future__ import annotations

import io
import zlib
from pathlib import Path

from PIL import Image, PngImagePlugin

from vaultd.worker.thumbnail_copies import mtime, read
from vaultd.worker.thumbnail_files import SIZES, SOFTWARE, place, put, uri

_QUICK = {"compress_level": 1, "compress_type": zlib.Z_RLE}
"""Photographs hardly become smaller by trying harder, and it would take three times as long."""


def write(picture: Image.Image, path: bytes, mtime_ns: int, folder: Path) -> None:
    """Writes both sizes, unless they are there, current and undamaged. Raises OSError where they cannot be written."""
    marks = PngImagePlugin.PngInfo()
    marks.add_text("Thumb::URI", uri(path))
    marks.add_text("Thumb::MTime", str(mtime_ns // 1_000_000_000))
    marks.add_text("Software", SOFTWARE)
    for size, side in SIZES.items():
        target = place(folder, size, path)
        if mtime(read(target)) != mtime_ns // 1_000_000_000:
            picture = picture.copy()
            picture.thumbnail((side, side), Image.Resampling.BICUBIC)
            put(target, _png(picture, marks))


def _png(picture: Image.Image, marks: PngImagePlugin.PngInfo) -> bytes:
    made = io.BytesIO()
    picture.save(made, "PNG", pnginfo=marks, **_QUICK)
    return made.getvalue()
