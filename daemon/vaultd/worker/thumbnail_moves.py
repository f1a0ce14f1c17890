"""Thumbnails of files that have other names now, or none: the old one's pixels under the new name, nothing decoded."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from vaultd.worker.thumbnail_copies import mtime, original, read, relabelled
from vaultd.worker.thumbnail_files import SIZES, place, put, uri

_SECOND = 1_000_000_000


@dataclass(frozen=True)
class Move:
    """`old`: an absolute path that a file had. `new`: the one it has, None where it is to have no thumbnail.

    `mtime_ns`: its modification time, as the thumbnail of the new name is to say.
    """

    old: bytes
    new: bytes | None = None
    mtime_ns: int = 0


def follow(moves: Sequence[Move], folder: Path, still_wanted: Collection[bytes] = ()) -> None:
    """Gives the thumbnails below `folder` the new names, and deletes those of the old; only those that we wrote.

    All are read before any is written, since files exchange their names. `still_wanted`: old names of later moves,
    whose thumbnails must stay until then. Raises OSError where that cannot be done.
    """
    for size in SIZES:
        found = [(move, read(place(folder, size, move.old))) for move in moves]
        ours = [(move, png) for move, png in found if original(png) == uri(move.old)]
        written = set()
        for target, png in _renamed(ours, still_wanted):
            put(place(folder, size, target), png)
            written.add(target)
        for move, png in ours:
            if move.old not in written and not _is_of_successor(move, png):
                place(folder, size, move.old).unlink(missing_ok=True)


def same_pixels(path: bytes, old_ns: int, new_ns: int, folder: Path) -> None:
    """The file at `path` has another modification time and shows the same: so do its thumbnails, if they are ours.

    Raises OSError where that cannot be written.
    """
    for size in SIZES:
        png = read(place(folder, size, path))
        if original(png) == uri(path) and mtime(png) == old_ns // _SECOND:
            marked = relabelled(png, path, new_ns // _SECOND)
            if marked is not None:
                put(place(folder, size, path), marked)


def _renamed(ours: list[tuple[Move, bytes]], still_wanted: Collection[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """The thumbnails under their new names, each with that name."""
    for move, png in ours:
        if move.new is not None and move.new not in still_wanted and _is_of(move, png):
            renamed = relabelled(png, move.new, move.mtime_ns // _SECOND)
            if renamed is not None:
                yield move.new, renamed


def _is_of(move: Move, png: bytes) -> bool:
    """Whether a thumbnail shows the file that moved, as it is now."""
    return move.new is not None and mtime(png) == move.mtime_ns // _SECOND


def _is_of_successor(move: Move, png: bytes) -> bool:
    """Whether a thumbnail shows another file that has got the old name meanwhile."""
    try:
        there = os.lstat(move.old).st_mtime_ns // _SECOND
    except OSError:
        return False
    return mtime(png) == there and not _is_of(move, png)
