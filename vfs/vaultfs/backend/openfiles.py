"""Numbers for open files and folders, as the kernel hands them back."""

from __future__ import annotations

import itertools
from typing import Generic, NamedTuple, TypeVar

from vaultfs.tree.node import Folder, Listing

T = TypeVar("T")


class OpenFolder(NamedTuple):
    """A folder that is being read, and the entries it had. `by_owner`: that it is looked at may leave a trace."""

    folder: Folder
    entries: Listing
    by_owner: bool

    async def listed(self) -> None:
        """Its entries are asked for."""
        if self.by_owner:
            await self.folder.listed()


class OpenFiles(Generic[T]):
    """A table of what is open; numbers are not used twice."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._open: dict[int, T] = {}

    def add(self, thing: T) -> int:
        """Return the number of something just opened."""
        number = next(self._numbers)
        self._open[number] = thing
        return number

    def __getitem__(self, number: int) -> T:
        return self._open[number]

    def pop(self, number: int) -> T:
        """Forget a number and return what it stood for."""
        return self._open.pop(number)
