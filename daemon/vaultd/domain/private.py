"""Which files are private: named by globs of the configuration.

A glob is one of `vaultd.domain.globs`, matched below the watched folder, or, if it begins with `/` or `~/`, against the
absolute path. What lies in a private folder is private.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from vaultd.domain.globs import Pattern, compiled, says


@dataclass(frozen=True)
class Private:
    """The globs, compiled. Without any, nothing is private and nothing is asked."""

    globs: tuple[str, ...] = ()
    _below: tuple[Pattern, ...] = field(default=(), repr=False)
    _absolute: tuple[Pattern, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, globs: Sequence[str], home: str) -> Private:
        """These globs; `~` is `home`, an absolute path."""
        absolute = [home + glob[1:] if glob.startswith("~/") else glob for glob in globs if glob[:1] in ("/", "~")]
        below = [glob for glob in globs if glob[:1] not in ("/", "~")]
        return cls(tuple(globs), compiled(below), compiled(absolute))

    def __bool__(self) -> bool:
        return bool(self.globs)

    def covers(self, path: bytes, below: bytes) -> bool:
        """Whether a file is private. `path`: its absolute one; `below`: the same from its watched folder on."""
        return _any(self._below, below) or _any(self._absolute, path)


NOTHING = Private()


def _any(patterns: Sequence[Pattern], path: bytes) -> bool:
    """Whether a path, or a folder along it, is meant."""
    return bool(patterns) and any(says(patterns, there, is_folder=folder) for there, folder in _along(path))


def _along(path: bytes) -> Iterable[tuple[str, bool]]:
    """A path and the folders that it goes through, from the top, each with whether it is a folder."""
    parts = os.fsdecode(path).strip("/").split("/")
    for count in range(1, len(parts) + 1):
        yield "/".join(parts[:count]), count < len(parts)
