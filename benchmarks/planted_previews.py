"""Previews for libraries that nobody photographed: a few drawn pictures stand for all, linked under every name."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from support.vault import RunningVault
from vaultd.catalog.store import Catalog
from vaultd.ingest.kept_previews import FOLDER
from vaultd.worker.preview_files import Named

DRAWN = 16
"""Of each shape. One file has 65,000 names at most on ext4."""
SIZES = (256, 512)
"""Those of a wall."""


def plant(vault: RunningVault) -> None:
    """Put previews where the daemon keeps them, for each picture that has none; it must not run."""
    folder = vault.data / FOLDER
    catalog = Catalog.open(vault.data / "catalog.db")
    try:
        with catalog.read() as sql:
            known = sql.execute("SELECT lower(hex(hash)), width, height FROM images").fetchall()
    finally:
        catalog.close()
    drawn: dict[tuple[int, int, int, int], Path] = {}
    for number, (content, width, height) in enumerate(known):
        for size in SIZES:
            place, shape = Named(content, size, "webp").place(folder), (width, height, size, number % DRAWN)
            if shape in drawn and not place.exists():
                place.parent.mkdir(parents=True, exist_ok=True)
                os.link(drawn[shape], place)
            elif shape not in drawn:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(drawing(*shape))
                drawn[shape] = place


def drawing(width: int, height: int, size: int, seed: int) -> bytes:
    """A WebP about as heavy as a photograph's preview of that size."""
    scale = size / max(width, height)
    across, down = round(width * scale), round(height * scale)
    grain = np.random.default_rng(seed).integers(0, 256, (down, across, 3), np.uint8)
    picture = Image.fromarray(grain).filter(ImageFilter.GaussianBlur(1.5))
    out = BytesIO()
    picture.save(out, "WEBP", quality=75)
    return out.getvalue()
