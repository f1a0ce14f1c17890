"""Which names are passed over: by the configuration, by `.vaultignore` files, and because they are no pictures.

Patterns are those of `vaultd.domain.globs`; paths are below the folder that the rule belongs to. In a `.vaultignore`,
`#` starts a comment (`\\#` a name that begins so) and `!` takes back what an earlier line passed over.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from vaultd.domain.globs import Pattern, compiled, says
from vaultd.worker.formats import EXTENSIONS

FILE = b".vaultignore"
LONGEST = 65_536


def is_candidate(name: bytes) -> bool:
    """Whether a file of this name may be a picture."""
    return os.path.splitext(name)[1].lower() in EXTENSIONS


@dataclass(frozen=True)
class Rules:
    """What is passed over in `folder` and below. `above` are the rules of the folders it lies in."""

    folder: bytes
    patterns: tuple[Pattern, ...]
    above: Rules | None = None

    def within(self, folder: bytes) -> Rules:
        """The rules for a folder further below: with those of its `.vaultignore`, if it has one. Reads the disk."""
        try:
            with open(folder + b"/" + FILE, "rb") as file:
                lines = os.fsdecode(file.read(LONGEST)).splitlines()
        except OSError:
            return self  # nearly every folder has none
        return Rules(folder, compiled(_without_comments(lines)), self)

    def ignores(self, path: bytes, *, is_folder: bool) -> bool:
        """Whether an absolute path directly in or below `folder` is passed over for its own name and place."""
        below = os.fsdecode(path[len(self.folder.rstrip(b"/")) + 1 :])
        meant = says(self.patterns, below, is_folder=is_folder)
        if meant is None:
            return self.above.ignores(path, is_folder=is_folder) if self.above else False
        return meant


def _without_comments(lines: Iterable[str]) -> Iterator[str]:
    for line in map(str.strip, lines):
        if not line.startswith("#"):
            yield line.removeprefix("\\") if line.startswith("\\#") else line
