"""All that a picture's file says of itself besides its pixels."""

from __future__ import annotations

from typing import BinaryIO

from PIL import ImageFile

from vaultd.domain.content import Content, Words
from vaultd.domain.looks import Looks
from vaultd.metadata.precedence import settled
from vaultd.worker import embedded, generated, gif
from vaultd.worker.formats import TYPES
from vaultd.worker.messages import HasRead, Unreadable

LONGEST = 65_536
"""Characters of one text that are kept."""
BEHIND_PIXELS = frozenset({"PNG", "WEBP"})
"""Formats in which something may be said behind the pixels, or hide in them."""


def content(
    picture: ImageFile.ImageFile, file: BinaryIO, read: HasRead, upright: tuple[int, int], looks: Looks | None
) -> Content:
    """The facts of a picture of this file, which is loaded if it is one of BEHIND_PIXELS. `looks`: None where nobody
    looked. Damaged metadata says nothing; it never makes a picture unreadable.

    Raises Unreadable if the file cannot be read.
    """
    generation = generated.generation(file, picture)
    said = embedded.read(picture, _packet(file) if picture.format == gif.FORMAT else b"")
    details = {source: generated.without_device(told, generation) for source, told in said.details.items()}
    taken = settled(details)
    words = [*generated.without_payload(said.words, generation), *generated.words(generation)]
    return Content(
        hash=read.hash,
        size=read.facts.size,
        type=TYPES[picture.format or ""],
        width=upright[0],
        height=upright[1],
        taken_at=taken.taken_at,
        camera=taken.camera,
        lens=taken.lens,
        iso=taken.iso,
        rating=said.rating,
        details=details,
        looks=looks,
        generation=generated.packed(generation),
        keywords=said.keywords,
        texts=[Words(one.kind, one.source, one.text[:LONGEST]) for one in words],
    )


def _packet(file: BinaryIO) -> bytes:
    try:
        return gif.packet(file, embedded.LONGEST_PACKET)
    except OSError as error:
        raise Unreadable("unreadable", f"the file cannot be read ({error.strerror})") from None
