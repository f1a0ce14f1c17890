"""Texts in the lowest bits: novelai-image-metadata's nai_meta.py, and sd_webui_stealth_pnginfo's add_data."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from support.prompt_writers import a1111, novelai
from support.prompt_writers.case import Case
from support.prompt_writers.files import saved


def hidden(
    text: str, mode: str = "alpha", packed: bool = True, size: tuple[int, int] = (160, 120)
) -> NDArray[np.uint8]:
    """Pixels [height, width, channels] that hide a text, as the extension's add_data writes it, column by column."""
    data = gzip.compress(text.encode()) if packed else text.encode()
    return hiding(
        f"stealth_{'png' if mode == 'alpha' else 'rgb'}{'comp' if packed else 'info'}", data, len(data) * 8, size
    )


def hiding(magic: str, data: bytes, bits: int, size: tuple[int, int] = (160, 120)) -> NDArray[np.uint8]:
    """The same of any bytes, with a length that need not be true."""
    stream = np.unpackbits(np.frombuffer(magic.encode() + bits.to_bytes(4, "big") + data, np.uint8))
    alpha = magic.startswith("stealth_png")
    pixels = np.full((size[1], size[0], 4 if alpha else 3), 254, np.uint8)
    channels = pixels[:, :, 3:] if alpha else pixels
    columns = channels.transpose(1, 0, 2).reshape(-1).copy()
    columns[: len(stream)] |= stream
    channels[:] = columns.reshape(size[0], size[1], -1).transpose(1, 0, 2)
    return pixels


def cases() -> Iterator[Case]:
    """NovelAI's, and the four ways of the extension."""
    said = json.dumps({key: text for key, text in novelai.texts().items() if key != "Title"})
    for kind, options in (("png", {}), ("webp", {"lossless": True, "exact": True})):
        content = saved(kind.upper(), Image.fromarray(hidden(said)), **options)
        yield Case(f"NovelAI hidden in the alpha channel of {kind.upper()}", kind, content, novelai.SAID, hidden=True)
    for mode in ("alpha", "rgb"):
        for packed in (False, True):
            name = f"A1111 hidden in {mode}, {'packed' if packed else 'plain'}"
            content = saved("PNG", Image.fromarray(hidden(a1111.infotext(), mode, packed)))
            yield Case(name, "png", content, a1111.SAID, hidden=True)


def pixels_of(content: bytes) -> NDArray[np.uint8]:
    """A file's pixels as they are."""
    with Image.open(io.BytesIO(content)) as image:
        return np.asarray(image)
