"""What a power cut may leave of a SQLite database in WAL mode, made from the files of a writer that was stopped.

What was synced is there. Of what was not, any part may be: the end of the log in pieces, and of the database every page
of a transaction that the log still holds, since a checkpoint may have been writing it, each sector old or new. What was
not committed yet no checkpoint writes.
Format of the log: sqlite.org/fileformat2.html#walformat.
"""

from __future__ import annotations

import os
import random
import shutil
import struct
from pathlib import Path
from typing import NamedTuple

_HEADER, _FRAME_HEADER = 32, 24
SECTOR = 512


class Log(NamedTuple):
    """`frames`: page number and bytes of each frame of the log's present turn that belongs to a whole transaction.
    `committed`: bytes up to the end of the last of them."""

    page_size: int
    frames: list[tuple[int, bytes]]
    committed: int


def read(wal: bytes) -> Log:
    """The frames whose salts are those of the header; what lies behind them is of an earlier turn."""
    if len(wal) < _HEADER:
        return Log(4096, [], 0)
    page_size, salts = struct.unpack(">I", wal[8:12])[0], wal[16:24]
    frames: list[tuple[int, bytes]] = []
    whole, committed, at = 0, 0, _HEADER
    while at + _FRAME_HEADER + page_size <= len(wal) and wal[at + 8 : at + 16] == salts:
        page, size_after = struct.unpack(">II", wal[at : at + 8])
        end = at + _FRAME_HEADER + page_size
        frames.append((page, wal[at + _FRAME_HEADER : end]))
        if size_after:
            whole, committed = len(frames), end
        at = end
    return Log(page_size, frames[:whole], committed)


def cut(source: Path, target: Path, dice: random.Random) -> None:
    """Copies the database `source` to `target` as a power cut might have left it. Its writer must stand still."""
    shutil.copyfile(source, target)
    wal = source.with_name(source.name + "-wal").read_bytes()
    log = read(wal)
    target.with_name(target.name + "-wal").write_bytes(wal[: log.committed] + _torn(wal[log.committed :], dice))
    with target.open("r+b") as file:
        for page, data in dice.sample(log.frames, dice.randint(0, len(log.frames))):
            _half_write(file.fileno(), (page - 1) * log.page_size, data, dice)


def _torn(tail: bytes, dice: random.Random) -> bytes:
    """Some of its sectors, from the start; among them some that never reached the disk."""
    kept = bytearray(tail[: dice.randint(0, len(tail))])
    for at in range(0, len(kept), SECTOR):
        if dice.random() < 0.3:
            kept[at : at + SECTOR] = bytes(len(kept[at : at + SECTOR]))
    return bytes(kept)


def _half_write(descriptor: int, place: int, data: bytes, dice: random.Random) -> None:
    for at in range(0, len(data), SECTOR):
        if dice.random() < 0.5:
            os.pwrite(descriptor, data[at : at + SECTOR], place + at)
