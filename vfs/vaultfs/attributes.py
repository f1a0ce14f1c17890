"""What stat(2) says of a node."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass

FOLDER = stat.S_IFDIR | 0o755
OWN_FOLDER = stat.S_IFDIR | 0o700
SEALED_FOLDER = stat.S_IFDIR | 0o555
LINK = stat.S_IFLNK | 0o777
TEXT = stat.S_IFREG | 0o644
SEALED_TEXT = stat.S_IFREG | 0o444

WRITE_BITS = 0o222
_EXECUTE_BITS = 0o111
PERMISSIONS = 0o777

UID = os.getuid()
GID = os.getgid()


@dataclass(slots=True)
class Attributes:
    """`size` in bytes, `blocks` of 512 bytes, times in nanoseconds since 1970.

    `links` is 1 for folders too, as on btrfs: it says that the number of subfolders cannot be told from it, so that
    find(1) looks at every entry.
    """

    inode: int
    mode: int
    size: int = 0
    blocks: int = 0
    mtime_ns: int = 0
    uid: int = UID
    gid: int = GID
    links: int = 1


def blocks_of(size: int) -> int:
    """Return how many blocks of 512 bytes hold `size` bytes."""
    return (size + 511) // 512


def accessible(mode: int, wanted: int) -> bool:
    """Return what access(2) answers to `wanted`, R_OK, W_OK and X_OK or'ed, where nobody but the owner asks.

    Everything can be read, whatever the mode says: opening is what fails where it cannot.
    """
    writable = mode & WRITE_BITS or not wanted & os.W_OK
    executable = mode & _EXECUTE_BITS or not wanted & os.X_OK
    return bool(writable and executable)
