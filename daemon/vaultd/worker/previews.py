"""A picture made smaller for a screen, as bytes of a format that browsers show."""

from __future__ import annotations

import io
from typing import Literal

from PIL import Image, features

from vaultd.models.encoder import opaque
from vaultd.worker import decoding
from vaultd.worker.messages import Unreadable

Format = Literal["webp", "avif", "jpeg"]
_QUALITY: dict[Format, dict[str, object]] = {
    "webp": {"quality": 80, "method": 3},
    "avif": {"quality": 62, "speed": 8, "max_threads": 1},
    "jpeg": {"quality": 84, "progressive": True, "optimize": True},
}
"""About the same to look at; the time matters more than the last percent of bytes, since somebody waits."""


def render(picture: Image.Image, side: int, format_: Format) -> bytes:
    """An identified picture upright, its longer side `side` pixels at most. Raises Unreadable."""
    if format_ == "avif" and not features.check("avif"):
        raise Unreadable("unreadable", "this machine's Pillow writes no AVIF")
    width, height = decoding.upright_size(picture)
    shorter = max(1, -(-side * min(width, height) // max(width, height)))
    small = decoding.load(picture, shorter)
    small.thumbnail((side, side), Image.Resampling.LANCZOS)
    small.info.clear()  # nothing that the original says of itself goes along
    made = io.BytesIO()
    (opaque(small) if format_ == "jpeg" else small).save(made, format_.upper(), **_QUALITY[format_])
    return made.getvalue()
