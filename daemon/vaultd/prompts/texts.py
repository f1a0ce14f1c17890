"""The texts of a file: what containers give, and dialects read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import msgspec

LONGEST = 4 * 1024 * 1024
"""Bytes of one text; a longer one is passed over or cut. Graphs of ComfyUI are of tens or hundreds of kilobytes."""
MOST_BYTES, MOST_TEXTS = 2 * LONGEST, 1000
"""Of one file."""


@dataclass(frozen=True)
class Text:
    """A text and the key it stands under."""

    key: str
    text: str

    @cached_property
    def data(self) -> dict[str, Any]:
        """The JSON object that it is; empty if it is none."""
        return decoded(self.text)


@dataclass
class Texts:
    """All texts of a file, in its order."""

    found: list[Text] = field(default_factory=list)

    @classmethod
    def of(cls, texts: Iterable[Text]) -> Texts:
        """As many of the texts as are allowed."""
        kept, room = cls(), MOST_BYTES
        for text in texts:
            room -= len(text.text)
            if room < 0 or len(kept.found) == MOST_TEXTS:
                break
            if text.text.strip("\0 \t\r\n"):
                kept.found.append(text)
        return kept

    def get(self, key: str) -> str:
        """The first text of a key, or an empty one."""
        return next((text.text for text in self.found if text.key == key), "")

    def objects(self, like: Callable[[dict[str, Any]], object]) -> Iterator[tuple[Text, dict[str, Any]]]:
        """The JSON objects among them that `like` holds of, each with its text."""
        yield from ((text, text.data) for text in self.found if text.data and like(text.data))


def _loaded(text: str) -> Any:
    """JSON; what the strict and quick reader refuses (NaN, halves of surrogate pairs) is left to the other one."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return json.loads(text)


def decoded(text: str) -> dict[str, Any]:
    """A JSON object, also one that was encoded twice; empty for all else, and for what nests too deeply.

    ComfyUI writes NaN, which strict decoders refuse.
    """
    value: Any = text.strip("\0 \t\r\n\ufeff")
    for _ in range(2):
        if not isinstance(value, str) or value[:1] not in ("{", '"'):
            break
        try:
            value = _loaded(value)
        except (ValueError, RecursionError):  # not JSON, or hostile
            return {}
    return value if isinstance(value, dict) else {}
