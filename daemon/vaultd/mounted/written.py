"""The thumbnails that stand in the cache for names in mounts: which they are, how large, and a file that remembers.

The cache is shared with every file manager, and names in a mount come and go: what was written for one that is gone
would lie there for ever. So a name is in the file before its thumbnail is in the cache; whatever ends the daemon, the
next one deletes what the file names.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Hashable
from dataclasses import dataclass, field
from pathlib import Path

MOST_BYTES = 50_000_000
"""What all of them take at most."""

_NAME = re.compile(r"[a-z]+/[0-9a-f]{32}\.png")


@dataclass
class _Thumbnail:
    """`what`: what it shows, to tell whether it still does. `size` in bytes."""

    what: Hashable
    size: int


@dataclass
class Written:
    """By the folder shown, the one shown last at the end; a thumbnail's name is `<size>/<md5>.png` below `cache`.

    Everything here may raise OSError where the disk refuses.
    """

    file: Path
    cache: Path
    most: int = MOST_BYTES
    size: int = 0
    _folders: dict[Hashable, dict[str, _Thumbnail]] = field(default_factory=dict)

    def clear(self) -> None:
        """Deletes all that the file names. A power cut may have torn it: what is no thumbnail's name is passed over."""
        self._folders, self.size = {}, 0
        try:
            lines = self.file.read_text(errors="replace").split("\n")
        except FileNotFoundError:
            return
        for name in filter(_NAME.fullmatch, lines):
            (self.cache / name).unlink(missing_ok=True)
        self.file.unlink()

    def turn_to(self, folder: Hashable, names: Collection[str]) -> None:
        """`folder` is shown now, with these names: others that were written for it are deleted."""
        kept = self._folders.pop(folder, {})
        for name in kept.keys() - set(names):
            self._delete(kept, name)
        if names:
            self._folders[folder] = kept
        self._remember()

    def has(self, folder: Hashable, name: str) -> bool:
        """Whether the thumbnail of this name is ours."""
        return name in self._folders.get(folder, {})

    def shows(self, folder: Hashable, name: str, what: Hashable) -> bool:
        """Whether the thumbnail of this name is ours, there, and of this."""
        found = self._folders.get(folder, {}).get(name)
        return found is not None and found.what == what and (self.cache / name).exists()

    def room(self, folder: Hashable, size: int) -> bool:
        """Makes room for `size` bytes, if those of folders shown before this one are enough; tells whether there is."""
        for other, kept in self._folders.items():
            if other == folder:
                break
            while kept and self.size + size > self.most:
                self._delete(kept, next(reversed(kept)))
        return self.size + size <= self.most

    def enter(self, folder: Hashable, name: str, what: Hashable, size: int) -> None:
        """This is about to be written, for a folder turned to."""
        kept = self._folders[folder]
        before = kept.pop(name, None)
        self.size += size - (0 if before is None else before.size)
        kept[name] = _Thumbnail(what, size)
        with os.fdopen(os.open(self.file, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600), "w") as file:
            file.write(f"{name}\n")

    def _delete(self, kept: dict[str, _Thumbnail], name: str) -> None:
        (self.cache / name).unlink(missing_ok=True)
        self.size -= kept.pop(name).size

    def _remember(self) -> None:
        """Writes the file anew: it has grown by a line for each that was written since."""
        if not self.file.exists():
            return
        draft = self.file.with_name(f"{self.file.name}.new")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "w") as file:
            file.writelines(f"{name}\n" for kept in self._folders.values() for name in kept)
        draft.replace(self.file)
