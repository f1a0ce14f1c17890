"""What folders elsewhere have in common, however they are reached: files that are listed, and fetched one by one."""

from __future__ import annotations

import os
import posixpath
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from vaultd.domain.provided import Provided
from vaultd.fetch.child.desk import Desk
from vaultd.fetch.child.transfer import Unfetched
from vaultd.fetch.order import Order
from vaultd.worker.formats import PICTURES

DEEPEST = 20
MOST_FILES = 1_000_000


class Listed(NamedTuple):
    """A file or folder there. `path`: from the top; `version`: what changes when its bytes do."""

    path: str
    is_folder: bool
    size: int
    version: str


class Folder(ABC):
    """The pictures of a folder and those below it. One that changed there is a new picture here, and the old one is
    gone there."""

    def __init__(self, order: Order, desk: Desk) -> None:
        self._order, self._desk = order, desk

    def run(self) -> bool:
        """Looks through all of it."""
        with self:
            for count, file in enumerate(self._files("", 0)):
                if count >= MOST_FILES:
                    return False
                item = f"{file.path} {file.version}"
                if self._desk.wants(item):
                    self._take(file, item)
        return True

    def _take(self, file: Listed, item: str) -> None:
        path = self._desk.draft
        try:
            if file.size > self._order.file_bytes:
                raise Unfetched("too-large", f"it has {file.size >> 20} MiB")
            self._desk.rest()
            self._fetch(file, path)
        except Unfetched as error:
            path.unlink(missing_ok=True)
            self._desk.miss(file.path, error.kind, str(error))
        else:
            self._desk.take(path, item, posixpath.basename(file.path), Provided(page=self._page(file)))

    def _files(self, folder: str, depth: int) -> Iterator[Listed]:
        self._desk.rest()
        below = []
        for one in sorted(self._list(folder)):
            if one.is_folder:
                below.append(one.path)
            elif os.path.splitext(os.fsencode(one.path))[1].lower() in PICTURES:
                yield one
        for path in below if depth < DEEPEST else ():
            yield from self._files(path, depth + 1)

    @abstractmethod
    def __enter__(self) -> object:
        """Connects. Raises Stop."""

    @abstractmethod
    def __exit__(self, *_: object) -> None:
        """Hangs up."""

    @abstractmethod
    def _list(self, folder: str) -> list[Listed]:
        """What a folder has. Raises Stop where it cannot be listed: nothing may seem gone then."""

    @abstractmethod
    def _fetch(self, file: Listed, path: Path) -> None:
        """Writes a file to `path`. Raises Unfetched, Stop."""

    @abstractmethod
    def _page(self, file: Listed) -> str:
        """Its address, for a person."""
