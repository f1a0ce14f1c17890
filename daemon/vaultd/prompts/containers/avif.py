"""AVIF: EXIF and XMP, as Pillow finds them in the boxes."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from typing import BinaryIO

from vaultd.prompts.containers import exif, xmp
from vaultd.prompts.texts import Text

BRANDS = (b"avif", b"avis")
_DAMAGE = (OSError, EOFError, SyntaxError, ValueError, TypeError, LookupError, RuntimeError)
"""What Pillow and the library below it raise of files that are not what they claim to be; those say nothing."""
LARGEST = 256 * 1024 * 1024
"""Bytes of a file; its reader takes all of them into memory."""


def texts(file: BinaryIO) -> Iterator[Text]:
    """All texts. No frame is decoded."""
    if file.seek(0, os.SEEK_END) > LARGEST:
        return
    file.seek(0)
    from PIL import Image  # only here: of other containers nothing but texts is needed

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = Image.open(file, formats=["AVIF"])
    except (*_DAMAGE, Image.DecompressionBombError):
        return
    for found, read in ((picture.info.get("exif"), exif.texts), (picture.info.get("xmp"), xmp.texts)):
        if isinstance(found, bytes):
            yield from read(found)
