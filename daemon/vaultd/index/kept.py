"""A vector index on disk: files that only grow, and a line of JSON that says how much of them counts.

A folder holds `state.json` (a `State`, its CRC-32 on a second line) and the parts of one numbered set, `images.3`,
`halves.3` and so on. What is
added is appended and synced before the state that counts it replaces the older one, so that after a crash the state
names what is whole; what lies beyond is cut off. A set made anew has the next number and takes the other's place with
the state that names it.
"""

from __future__ import annotations

import mmap
import os
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

FORMAT = 2
STATE = "state.json"
AT_ONCE = 1 << 22
"""Bytes that are read at once to be checked."""


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much of a file counts, in bytes, and the CRC-32 of that."""

    size: int = 0
    crc: int = 0


class Owner(NamedTuple):
    """Whose vectors they are: the catalog's generation, the model's title, the vectors' dimension."""

    generation: str
    model: str
    dimension: int


class State(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the folder holds: everything up to `position` of the catalog's change log. `number`: of its set."""

    format: int
    generation: str
    model: str
    dimension: int
    position: int
    number: int
    parts: dict[str, Part]


class Unusable(Exception):
    """An index on disk is missing, damaged, or of another catalog, model or version: the sentence says which."""


class Parts:
    """The files of one set. What is appended counts once `commit` has returned."""

    def __init__(self, folder: Path, number: int = 0, parts: Mapping[str, Part] | None = None) -> None:
        self._folder = folder
        self.number = number
        self._parts = dict(parts or {})
        self._unsynced: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return name in self._parts

    def successor(self) -> Parts:
        """An empty set to take this one's place."""
        return Parts(self._folder, self.number + 1)

    def append(self, name: str, data: bytes | memoryview) -> None:
        """Adds bytes to a part; the first ones begin its file."""
        known = self._parts.get(name)
        _make(self._folder)
        flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | (os.O_TRUNC if known is None else 0)
        part = known or Part()
        with open(os.open(self._path(name), flags, 0o600), "r+b", buffering=0) as file:
            file.seek(part.size)
            written = 0
            while written < len(data):
                written += file.write(data[written:])
        self._parts[name] = Part(part.size + len(data), zlib.crc32(data, part.crc))
        self._unsynced.add(name)

    def read(self, name: str) -> bytes:
        """A whole part. Raises Unusable if it is not what was written."""
        part = self._parts[name]
        try:
            with self._path(name).open("rb") as file:
                data = file.read(part.size)
        except OSError as error:
            raise Unusable(f"{self._path(name).name} cannot be read ({error.strerror})") from error
        if len(data) != part.size or zlib.crc32(data) != part.crc:
            raise Unusable(f"{self._path(name).name} is damaged")
        return data

    def mapped(self, name: str) -> memoryview:
        """A view of a whole part, unchecked. It stays valid when the file is appended to, or removed."""
        size = self._parts.get(name, Part()).size
        if size == 0:
            return memoryview(b"")
        try:
            with self._path(name).open("rb") as file:
                return memoryview(mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ))
        except (OSError, ValueError) as error:
            raise Unusable(f"{self._path(name).name} is torn or cannot be read ({error})") from error

    def check(self, name: str) -> None:
        """Reads a whole part, a little at a time. Raises Unusable if it is not what was written."""
        part, crc, left = self._parts.get(name, Part()), 0, self._parts.get(name, Part()).size
        if not left:
            return
        try:
            with self._path(name).open("rb", buffering=0) as file:
                while left and (data := file.read(min(AT_ONCE, left))):
                    crc, left = zlib.crc32(data, crc), left - len(data)
        except OSError as error:
            raise Unusable(f"{self._path(name).name} cannot be read ({error.strerror})") from error
        if left or crc != part.crc:
            raise Unusable(f"{self._path(name).name} is damaged")

    def commit(self, owner: Owner, position: int) -> None:
        """Makes all that was appended durable, and this set the one that counts."""
        for name in self._unsynced:
            _sync(self._path(name), os.O_RDWR)
        self._unsynced.clear()
        state = State(FORMAT, *owner, position, self.number, self._parts)
        _make(self._folder)
        partial = self._folder / f"{STATE}.partial"
        with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "wb") as file:
            line = msgspec.json.encode(state)
            file.write(b"%s\n%08x\n" % (line, zlib.crc32(line)))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self._folder / STATE)
        _sync(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        self._drop_others()

    def _drop_others(self) -> None:
        ours = {STATE, *(self._path(name).name for name in self._parts)}
        for path in self._folder.iterdir():
            if path.name not in ours:
                path.unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.{self.number}"


def restore(folder: Path, owner: Owner) -> tuple[int, Parts]:
    """The position that a folder stands at, and its set. Raises Unusable where it must be made anew.

    The parts are as long as they must be, but not read yet.
    """
    try:
        line, _, crc = (folder / STATE).read_bytes().partition(b"\n")
        if crc != b"%08x\n" % zlib.crc32(line):
            raise Unusable(f"{folder.name} has a damaged state")
        state = msgspec.json.decode(line, type=State)
        if state.format != FORMAT or Owner(state.generation, state.model, state.dimension) != owner:
            raise Unusable(f"{folder.name} is of another version, catalog or model")
        for name, part in state.parts.items():
            path = folder / f"{name}.{state.number}"
            size = path.stat().st_size
            if size < part.size:
                raise Unusable(f"{folder.name} is damaged: {path.name} is too short")
            if size > part.size:
                os.truncate(path, part.size)
    except OSError as error:
        raise Unusable(f"{folder.name} cannot be read ({error.strerror})") from error
    except msgspec.MsgspecError as error:
        raise Unusable(f"{folder.name} has a damaged or unknown state ({error})") from error
    return state.position, Parts(folder, state.number, state.parts)


def _make(folder: Path) -> None:
    if folder.is_file():  # an older version kept one file of this name
        folder.unlink()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def _sync(path: Path, flags: int) -> None:
    opened = os.open(path, flags | os.O_CLOEXEC)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
