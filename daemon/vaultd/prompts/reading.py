"""A picture's file, or the text beside it, to what it says of how it was generated."""

from __future__ import annotations

import io
from typing import BinaryIO

from vaultd.domain.generation import Generation
from vaultd.prompts import dialects
from vaultd.prompts.containers import texts_in
from vaultd.prompts.texts import LONGEST, Text, Texts
from vaultd.prompts.values import sound

SIDECAR = "sidecar"
"""The key of what stands in a file of its own."""


def of_file(source: bytes | BinaryIO) -> Generation | None:
    """What a picture says, by its bytes or its file, open at any position; its pixels are not read.

    Raises nothing but what reading the file raises (OSError).
    """
    file = io.BytesIO(source) if isinstance(source, bytes) else source
    return dialects.read(Texts.of(texts_in(file)))


def of_text(text: str) -> Generation | None:
    """What a text or JSON file beside a picture says; None for a plain caption, which no program's settings follow.

    JSON of an unknown program has no `generator`.
    """
    texts = Texts.of([Text(SIDECAR, sound(text.removeprefix("\ufeff")[:LONGEST]))])
    return dialects.read(texts) or dialects.plain.read(texts)
