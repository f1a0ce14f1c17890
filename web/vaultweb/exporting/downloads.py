"""Exports that wait at an address of their own: what a browser fetches from one, it writes straight to the disk."""

from __future__ import annotations

import secrets
import time
from typing import NamedTuple

WAIT_S = 600
_MOST = 16


class Download(NamedTuple):
    """The images of an export, by id, and whether what is said of them goes along."""

    ids: list[str]
    sidecars: bool


class Downloads:
    """Each is fetched once, within ten minutes. Of many that nobody fetches, the oldest are forgotten."""

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[Download, float]] = {}

    def keep(self, download: Download) -> str:
        """Return the word under which it can be fetched."""
        word = secrets.token_urlsafe(16)
        self._waiting[word] = (download, time.monotonic() + WAIT_S)
        while len(self._waiting) > _MOST:
            del self._waiting[next(iter(self._waiting))]
        return word

    def take(self, word: str) -> Download | None:
        """Return what waits under a word, which is used up; None if nothing does."""
        download, ends = self._waiting.pop(word, (None, 0.0))
        return download if ends > time.monotonic() else None
