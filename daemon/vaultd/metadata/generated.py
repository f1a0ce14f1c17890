"""Texts beside generated images: how the picture was made, or what a caption for training says."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from vaultd import prompts
from vaultd.domain.generation import Generation
from vaultd.domain.sidecar import Said
from vaultd.metadata.said import LONGEST
from vaultd.metadata.xmp import Unreadable
from vaultd.prompts.dialects import a1111

_CAPTIONS = ("caption", "description")
"""Keys, in lower case, under which trainers keep texts, which are kinds in the catalog, too."""


def text_said(data: bytes) -> Said:
    """A `.txt`: what a generator wrote of how it made the picture, else a caption.

    Raises Unreadable if it is no text.
    """
    text = _text(data)
    made = prompts.of_text(text)
    is_caption = made is None and not a1111.split(text)[1]
    return _said(made, {"caption": text} if is_caption else {})


def json_said(data: bytes) -> Said:
    """A `.json`: the same under the usual keys, nothing if there are none of those. Raises Unreadable."""
    text = _text(data)
    try:
        found = msgspec.json.decode(text.encode())
    except (msgspec.DecodeError, RecursionError) as error:
        raise Unreadable(f"it is no JSON: {error}") from None
    return _said(prompts.of_text(text), dict(_captions(found))) if isinstance(found, dict) else Said()


def _text(data: bytes) -> str:
    is_utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if is_utf16 else "utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("its text is not UTF-8") from None
    if "\0" in text:
        raise Unreadable("it is no text")
    return text.replace("\r\n", "\n").strip()


def _captions(found: dict[str, object]) -> Iterator[tuple[str, str]]:
    """A text, or a list of texts as one."""
    for key, value in reversed(found.items()):
        parts = value if isinstance(value, list) else [value]
        said = ", ".join(part.strip() for part in parts if isinstance(part, str) and part.strip())
        if key.lower() in _CAPTIONS and said:
            yield key.lower(), said


def _said(made: Generation | None, texts: dict[str, str]) -> Said:
    """The prompts are texts among others; the text that they were read from stands in the file itself."""
    told = {"prompt": made.prompt, "negative": made.negative} if made else {}
    fit = ((kind, text[:LONGEST]) for kind, text in {**told, **texts}.items() if text)
    bare = replace(made, prompt="", negative="", raw="", workflow="") if made else None
    return Said(texts=tuple(fit), generation=bare)
