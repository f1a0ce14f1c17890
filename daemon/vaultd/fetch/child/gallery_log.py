"""What gallery-dl says: its log while it runs, and its exit status."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from vaultd.fetch.child.desk import Desk, Stop
from vaultd.fetch.order import PATIENCE

PATIENCE_S = 3600.0
"""For how long a site is left alone that asks for patience: gallery-dl does not pass on what it says (Retry-After)."""
_ASKED_WITH = re.compile(r"(https?://[^\s'\"?]+)\?[^\s'\"]*")
"""An address with what was asked of it, where names, keys and signatures stand."""
_SAID = re.compile(r"\[([\w.:-]+)\]\[(warning|error)\] (.*)")
_KINDS = {
    "File too large": "too-large",  # its process may write no larger ones (EFBIG)
    "redirects": "redirects",
    "No connection adapters": "refused",
}
"""Words of `fetch log` for what it says of a picture, where it says no more than the others."""
_LATER = re.compile(r"'(429|503) ")
_STATUS = {
    8: "the site has no such page",
    16: "the site wants an account: docs/providers.md says where its password goes",
    32: "gallery-dl does not understand its own settings (fetch.gallery_config)",
    64: "gallery-dl knows no site of this address; `--provider feed` if it is a feed",
    128: "the disk is full, or gallery-dl may not write",
}
"""What the bits of gallery-dl's exit status mean (its docs, "exit status")."""


class GalleryLog:
    """Follows the log. What could not be had is told to the desk."""

    def __init__(self, path: Path, desk: Desk) -> None:
        self._path, self._desk = path, desk
        self._read_to = 0
        self._reason = self._error = ""

    def listen(self) -> None:
        """Hears what is new. Raises Stop where a picture was refused again and again for want of patience: the next one
        would be, too."""
        for line in self._lines():
            if said := _SAID.search(_ASKED_WITH.sub(r"\1", line)):
                self._hear(*said.groups())

    def judge(self, status: int) -> bool:
        """Whether it ended without an error, `status` being how. Raises Stop where nothing could be had at all."""
        self.listen()
        if later := _LATER.search(self._error):
            raise _patience(later[1])
        if status < 0 or status & ~4:
            problem = next((sentence for bit, sentence in _STATUS.items() if status > 0 and status & bit), "")
            raise Stop(f"{problem or 'gallery-dl failed'}{f' ({self._error[:300]})' if self._error else ''}")
        return status == 0

    def _lines(self) -> Iterator[str]:
        with self._path.open("rb") as file:
            file.seek(self._read_to)
            for line in file:
                if not line.endswith(b"\n"):
                    break
                self._read_to += len(line)
                yield line.decode("utf-8", "replace").rstrip("\n")

    def _hear(self, name: str, level: str, text: str) -> None:
        if text.startswith("File size larger than"):  # which counts as nothing to be had there, and as no failure
            self._desk.miss("(gallery-dl does not say which)", "too-large", text)
        elif text.startswith("Failed to download "):
            if later := _LATER.search(self._reason):
                raise _patience(later[1])
            kind = next((kind for words, kind in _KINDS.items() if words in self._reason), "gallery-dl")
            self._desk.miss(text.removeprefix("Failed to download "), kind, self._reason or "it cannot be had")
            self._reason = ""
        else:
            self._reason = f"{name}: {text}"
            self._error = text if level == "error" else self._error


def _patience(status: str) -> Stop:
    return Stop(f"{PATIENCE} ({status})", PATIENCE_S)
