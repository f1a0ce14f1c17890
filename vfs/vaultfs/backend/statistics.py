"""What statfs(2) says: the room is that of the disk on which pictures that are copied in land first."""

from __future__ import annotations

import os

import trio

from vaultfs.link import Link
from vaultfs.tree.names import LIMIT

_FIELDS = ("f_bsize", "f_frsize", "f_blocks", "f_bfree", "f_bavail", "f_files", "f_ffree", "f_favail")

# Until the daemon has said where that is: no program should find the mount full.
_UNKNOWN = dict.fromkeys(_FIELDS, 1 << 28) | {"f_bsize": 4096, "f_frsize": 4096}


async def statistics(link: Link) -> dict[str, int]:
    """Return the fields of statvfs(3)."""
    found = dict(_UNKNOWN)
    if link.welcome is not None:
        disk = await trio.to_thread.run_sync(os.statvfs, link.welcome.holding, abandon_on_cancel=True)
        found = {name: getattr(disk, name) for name in _FIELDS}
    return found | {"f_namemax": LIMIT}
