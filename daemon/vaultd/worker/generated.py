"""What a generator of pictures wrote into a file, or hid in its pixels, and which of the file's other texts are only
that once more.

A payload stands where other programs keep what they say of a picture: comments, descriptions, even the camera's maker
and model. It is told once, as what it is; as a description, the words that were to be avoided would be found.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO

import numpy as np
from msgspec.structs import replace
from PIL import Image

from vaultd import prompts
from vaultd.domain.content import Words
from vaultd.domain.details import Details
from vaultd.domain.generation import Generation, Packed
from vaultd.worker.messages import Unreadable

SOURCE = "generator"
_HIDING = frozenset({"PNG", "WEBP"})
"""Formats that keep the lowest bits of pixels, at least some of the time."""
_CHANNELS = frozenset({"RGB", "RGBA"})
_TITLES = frozenset({"ai generated image", "novelai generated image"})
"""What NovelAI calls every picture."""
_TAGS = "ComfyUI"
_TAGGED = re.compile(r"\w+:\s*[{\[]")
"""How its nodes write what they have to say into EXIF, each under any tag that is free: a name, and JSON."""
_LEVEL = 3
"""A third of the time of the usual one, and a graph takes hardly more room."""
_ENOUGH = 64
"""Characters at the start of a payload by which it is known in another text that it is part of."""


def generation(file: BinaryIO, picture: Image.Image) -> Generation | None:
    """How the picture was made. `picture`: loaded from the file, in its own size and mode, and not turned.

    Raises Unreadable if the file cannot be read.
    """
    try:
        found = prompts.of_file(file)
    except OSError as error:
        raise Unreadable("unreadable", f"the file cannot be read ({error.strerror})") from None
    return found or _hidden(picture)


def packed(found: Generation | None) -> Packed | None:
    """As it travels and is kept."""
    if found is None:
        return None
    raw, workflow = found.raw.encode(), found.workflow.encode()
    bare = replace(found, prompt="", negative="", raw="", workflow="")
    return Packed(bare, _deflated(raw), _deflated(workflow) if workflow else b"", len(workflow))


def _deflated(data: bytes) -> bytes:
    return zlib.compress(data, _LEVEL)


def words(found: Generation | None) -> Iterator[Words]:
    """The prompts as texts."""
    if found is not None:
        yield from (Words(kind, SOURCE, said) for kind in ("prompt", "negative") if (said := getattr(found, kind)))


def without_payload(said: Iterable[Words], found: Generation | None) -> list[Words]:
    """What a file says besides how it was made."""
    return [one for one in said if found is None or not is_payload(one.text, found)]


def without_device(told: Details, found: Generation | None) -> Details:
    """Without what the camera is called where ComfyUI wrote its graphs there."""
    is_none = told.camera and found is not None and is_payload(told.camera, found)
    return replace(told, camera="") if is_none else told


def is_payload(text: str, found: Generation) -> bool:
    """Whether a text is, or holds, what a generation was read from; or is the prompt alone, or what a program says of
    all its pictures."""
    plain, parts = _plain(text), (found.prompt, *found.prompt.split("\n"))
    if plain.lower() in _TITLES or plain in map(_plain, parts) or (found.generator == _TAGS and _TAGGED.match(text)):
        return True
    if any(_overlap(plain, _plain(payload)) for payload in (found.raw, found.workflow)):
        return True
    return any(prompts.of_text(part) is not None for part in {text, text[text.find("{") :]} if part.strip())


def _overlap(text: str, payload: str) -> bool:
    if text == payload:
        return True
    return (len(payload) >= _ENOUGH and payload[:_ENOUGH] in text) or (len(text) >= _ENOUGH and text in payload)


def _plain(text: str) -> str:
    return " ".join(text.replace("\0", " ").split())


def _hidden(picture: Image.Image) -> Generation | None:
    """What hides in the pixels; of others only the left edge is looked at."""
    if picture.format not in _HIDING or picture.mode not in _CHANNELS:
        return None
    edge = picture.crop((0, 0, min(picture.width, -(-prompts.GATE_BITS // picture.height)), picture.height))
    return prompts.of_pixels(np.asarray(picture)) if prompts.may_hide(np.asarray(edge)) else None
