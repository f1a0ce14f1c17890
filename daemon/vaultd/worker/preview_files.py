"""Where previews are kept: `<folder>/<two digits>/<hash>-<pixels>.<format>`, named by content, so that moves keep them.

The names are the record of what is there: nothing else has to be written for a preview, or can be lost.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from vaultd.worker.previews import Format

_NAME = re.compile(r"([0-9a-f]{64})-(256|512|1024)\.(webp|avif|jpeg)")
_SHARD = re.compile(r"[0-9a-f]{2}")


class Named(NamedTuple):
    """A preview: the hash of its content in hex, the pixels of its longer side, its format."""

    content: str
    size: int
    format: Format

    def place(self, folder: Path) -> Path:
        """Where it is, or belongs."""
        return folder / self.content[:2] / f"{self.content}-{self.size}.{self.format}"


class Kept(NamedTuple):
    """One that is there: its bytes, and when it was shown last, in nanoseconds since 1970."""

    named: Named
    size: int
    shown_ns: int


def kept(folder: Path) -> Iterator[Kept]:
    """All that are there; what else lies between them, such as drafts of workers that live no more, is deleted.

    Raises OSError.
    """
    for shard in _entries(folder):
        if not _SHARD.fullmatch(shard.name):
            continue
        for entry in _entries(Path(shard.path)):
            found = _NAME.fullmatch(entry.name)
            try:
                facts = entry.stat(follow_symlinks=False)
            except FileNotFoundError:  # a draft that became a preview meanwhile
                continue
            if found is None or not facts.st_size:  # a crash of the machine may leave an empty one
                if not _is_being_written(entry.name):
                    Path(entry.path).unlink(missing_ok=True)
                continue
            yield Kept(Named(found[1], int(found[2]), _format(found[3])), facts.st_size, facts.st_mtime_ns)


def _is_being_written(name: str) -> bool:
    """Whether this is a draft, `.<name>.<pid>`, of a process that lives."""
    pid = name.rpartition(".")[2]
    return name.startswith(".") and pid.isdecimal() and Path("/proc", pid).exists()


def _format(text: str) -> Format:
    return "webp" if text == "webp" else "avif" if text == "avif" else "jpeg"


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except FileNotFoundError:
        return []
