"""What statfs(2) says of a file system that has no disk of its own."""

from __future__ import annotations

from vaultfs.tree.names import LIMIT

_BLOCK = 4096
# Programs that copy in ask first whether there is room; how much there is, the disk of the holding folder will say.
_ROOM = 1 << 28

STATISTICS: dict[str, int] = {
    "f_bsize": _BLOCK,
    "f_frsize": _BLOCK,
    "f_blocks": _ROOM,
    "f_bfree": _ROOM,
    "f_bavail": _ROOM,
    "f_files": _ROOM,
    "f_ffree": _ROOM,
    "f_favail": _ROOM,
    "f_namemax": LIMIT,
}
