"""The formats that are read: how they are called, and how files of them are named."""

from __future__ import annotations

import os

from vaultd.worker.optional_formats import OPTIONAL

BUILT_IN = {
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",  # a JPEG with more pictures behind it, as many phones write
    "PNG": "image/png",
    "WEBP": "image/webp",
    "GIF": "image/gif",
    "TIFF": "image/tiff",
    "BMP": "image/bmp",
    "AVIF": "image/avif",
}
"""Pillow's name of each format that is always read, and its MIME type."""

NAMES = ("JPEG", "PNG", "WebP", "GIF", "TIFF", "BMP", "AVIF")
"""The same for people."""

TYPES = BUILT_IN | {optional.pillow: optional.mime for optional in OPTIONAL}

OPENED = [name for name in BUILT_IN if name != "MPO"]  # which the JPEG reader turns into by itself

_BUILT_IN_EXTENSIONS = frozenset(
    {b".jpg", b".jpeg", b".jpe", b".jfif", b".png", b".webp", b".gif", b".tif", b".tiff", b".bmp", b".avif"}
)
PICTURES = _BUILT_IN_EXTENSIONS.union(*(optional.extensions for optional in OPTIONAL))
"""How the names of pictures end, in lower case, be there a package to read them or not."""

EXTENSIONS = _BUILT_IN_EXTENSIONS.union(*(optional.extensions for optional in OPTIONAL if optional.module))
"""How the names of files that may be pictures end, in lower case: what a package is missing for is passed over."""

VIDEO = "video"
_VIDEOS = frozenset(
    {b".mp4", b".mov", b".m4v", b".avi", b".mkv", b".webm", b".mpg", b".mpeg", b".mts", b".m2ts", b".3gp", b".wmv"}
)
_PASSED_OVER = dict.fromkeys(_VIDEOS, VIDEO) | {
    extension: optional.name for optional in OPTIONAL if not optional.module for extension in optional.extensions
}


def passed_over(name: bytes) -> str | None:
    """What a file is that is not read, by its name: VIDEO, or a format that a package is missing for; else None."""
    return _PASSED_OVER.get(os.path.splitext(name)[1].lower())
