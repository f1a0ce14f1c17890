"""Whether a file is still the one that the catalog knows: asked before it, or one that counts on it, is moved."""

from __future__ import annotations

import hashlib
import os

from vaultd.catalog.trashed import Known
from vaultipc.errors import Conflict, NotFound


def unchanged(file: Known) -> os.stat_result:
    """The status of a file that looks as it was read. Raises NotFound, Conflict, or OSError if it cannot be seen."""
    try:
        found = os.lstat(file.place)
    except FileNotFoundError:
        raise NotFound("the file is not there any more") from None
    if (found.st_ino, found.st_size, found.st_mtime_ns) != (file.inode, file.size, file.mtime_ns):
        raise Conflict("the file was changed since it was read", hint="wait until it was read again")
    return found


def whole(file: Known) -> None:
    """Reads every byte. Raises what `unchanged` raises, and Conflict if the bytes are not those that were read."""
    unchanged(file)
    with open(file.place, "rb") as reading:
        found = hashlib.file_digest(reading, lambda: hashlib.blake2b(digest_size=32)).digest()
    if found != file.hash:
        raise Conflict("the file is damaged: its bytes are not those that were read", hint="look at it")
