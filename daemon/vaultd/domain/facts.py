"""What stat(2) says of a file: one value for the catalog, the scanner, and the worker that read its bytes."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Facts:
    """What stat(2) says of a file, as far as the catalog keeps it."""

    inode: int
    mtime_ns: int
    ctime_ns: int
    size: int
    blocks: int
    mode: int
    uid: int
    gid: int

    @classmethod
    def of(cls, status: os.stat_result) -> Facts:
        """The facts of a stat result."""
        return cls(
            # SQLite's integers are signed; file systems with 64-bit inodes use the upper half too.
            inode=status.st_ino - (1 << 64) if status.st_ino >= 1 << 63 else status.st_ino,
            mtime_ns=status.st_mtime_ns,
            ctime_ns=status.st_ctime_ns,
            size=status.st_size,
            blocks=status.st_blocks,
            mode=status.st_mode,
            uid=status.st_uid,
            gid=status.st_gid,
        )
