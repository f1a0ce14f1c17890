"""What bytes are: the raster formats that every browser shows, told by how their files begin."""

from __future__ import annotations

HEAD = 32
"""Bytes that are looked at."""


def raster_type(head: bytes) -> str | None:
    """The media type of a picture that a browser shows and that cannot do anything; None for everything else."""
    for media, begins in _BEGINNINGS.items():
        if head.startswith(begins):
            return media
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    # ISO 14496-12, 4.3: a box `ftyp` with its major brand, and those it is compatible with.
    if head[4:8] == b"ftyp" and b"avif" in (head[8:12], head[16:20], head[20:24], head[24:28]):
        return "image/avif"
    return None


_BEGINNINGS: dict[str, tuple[bytes, ...]] = {
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/gif": (b"GIF87a", b"GIF89a"),
}
