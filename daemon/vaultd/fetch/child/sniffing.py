"""What a file is, by its first bytes, and what it may be called."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

HEAD_BYTES = 4096
_BRANDS = {b"avif": "image/avif", b"avis": "image/avif", b"heic": "image/heic", b"heix": "image/heic",
           b"mif1": "image/heic", b"hevc": "image/heic", b"msf1": "image/heic"}  # fmt: skip
_STARTS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"\xff\x0a", "image/jxl"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "image/jxl"),
)
_LONGEST_NAME = 180


def sniffed(path: Path) -> str | None:
    """The MIME type of a picture, None for anything else.

    Only what it begins with is looked at: whether it is whole is found out when it is read, and told in `failed/`.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12])
    if head[:2] == b"BM" and len(head) > 26 and int.from_bytes(head[14:18], "little") in (12, 40, 52, 56, 64, 108, 124):
        return "image/bmp"
    if re.match(rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*(<!DOCTYPE svg[^>]*>\s*)?<svg[\s>]", head, re.S):
        return "image/svg+xml"
    return next((kind for start, kind in _STARTS if head.startswith(start)), None)


def tidy(name: str) -> str:
    """A name from outside as one component that cannot surprise: no folders, no control characters, not hidden."""
    last = re.split(r"[/\\]", name)[-1]
    clean = "".join(
        " " if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") else letter for letter in last
    )
    clean = unicodedata.normalize("NFC", " ".join(clean.split())).lstrip(". ").rstrip(". ")
    stem, dot, ending = clean.rpartition(".")
    if dot and len(ending) <= 10:
        return f"{stem[:_LONGEST_NAME]}.{ending}"
    return clean[:_LONGEST_NAME] or "picture"
