"""Where the table of POSIX functions is tried: one mount, and for each function names that nothing else has.

A function knows the mount's `root`, a tag folder `tag` with the one picture `entry`, an empty tag folder `empty`, the
folder `found` of a query that finds the picture, the folder `drop` that holds plain files, and a folder `outside`.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.mounting import Mount
from support.smalldaemon import MAGIC, Picture, SmallDaemon

DATA = MAGIC + bytes(range(256)) * 600
"""What the picture's bytes begin with: some 150 kB, more than one request of the kernel's."""


@dataclass
class Ground:
    """One mount and a fresh word."""

    vault: SmallDaemon
    mount: Mount
    outside: Path
    word: str

    def __post_init__(self) -> None:
        self.data = DATA + self.word.encode()
        self.picture = self.add(self.word, self.word, self.data)
        self.original = Path(os.fsdecode(self.picture.path))
        self.vault.tag(self.word, self.picture)
        self.vault.tag(f"e{self.word}")

    @property
    def root(self) -> Path:
        return self.mount.place

    @property
    def as_files(self) -> bool:
        return self.mount.entries == "file"

    @property
    def tag(self) -> Path:
        return self.root / "tags" / self.word

    @property
    def entry(self) -> Path:
        return self.tag / f"{self.word}.jpg"

    @property
    def empty(self) -> Path:
        return self.root / "tags" / f"e{self.word}"

    @property
    def found(self) -> Path:
        return self.root / "search" / self.word

    @property
    def result(self) -> Path:
        return self.found / f"001 {self.word}.jpg"

    @property
    def shown(self) -> Path:
        """The picture as a file of the mount, whatever entries are."""
        return self.root / ".originals" / self.picture.id / f"{self.word}.jpg"

    @property
    def drop(self) -> Path:
        return self.root / "like" / "drop"

    def add(self, name: str, labels: str = "", data: bytes | None = None) -> Picture:
        """Put a picture into the library, as `name`.jpg."""
        return self.vault.add(f"{name}.jpg", labels, data)

    def file(self, data: bytes = b"", name: str = "") -> Path:
        """Make a plain file with these bytes, in `drop`."""
        path = self.drop / (name or f"plain {self.word}")
        path.write_bytes(data)
        return path

    def picture_outside(self, name: str = "new") -> Path:
        """Make a picture that the vault does not know, outside."""
        path = self.outside / f"{name} {self.word}.jpg"
        path.write_bytes(MAGIC + f"{name} {self.word}".encode())
        return path


def fails(wanted: str, function: Callable[..., object], *arguments: object, **named: object) -> None:
    """Check that a function of `os` ends with this errno; several may be named, apart by `|`."""
    with pytest.raises(OSError) as caught:
        function(*arguments, **named)
    got = errno.errorcode[caught.value.errno or 0].replace("EOPNOTSUPP", "ENOTSUP").replace("EWOULDBLOCK", "EAGAIN")
    assert got in wanted.split("|"), f"{function.__name__}: {got}, not {wanted}"


def kind(path: Path) -> str:
    """Return what lstat(2) says `path` is."""
    mode = os.lstat(path).st_mode
    return {stat.S_IFDIR: "folder", stat.S_IFLNK: "link", stat.S_IFREG: "file"}[stat.S_IFMT(mode)]
