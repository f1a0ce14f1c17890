"""Opening a file so that its hash, its facts and its pixels are those of the same bytes."""

from __future__ import annotations

import hashlib
import os
import stat
from typing import BinaryIO

from vaultd.domain.facts import Facts
from vaultd.worker.attachments import attachments
from vaultd.worker.messages import HasRead, Unreadable

CHUNK = 1 << 20


def open_file(path: bytes) -> BinaryIO:
    """Opens a regular file. Raises Unreadable if it is none, is not there, or may not be read."""
    try:
        # A pipe put in the place of a picture must not keep the worker waiting for a writer.
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        raise Unreadable("gone", "the file is not there any more") from None
    except OSError as error:
        raise Unreadable("unreadable", f"the file cannot be opened ({error.strerror})") from None
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise Unreadable("gone", "it is no file any more")
    return os.fdopen(fd, "rb")


def digest(file: BinaryIO) -> HasRead:
    """Hashes all of it, and reads what is attached to it.

    Raises Unreadable if it is being written to meanwhile, or the disk fails.
    """
    before = os.fstat(file.fileno())
    hasher = hashlib.blake2b(digest_size=32)
    try:
        while chunk := file.read(CHUNK):
            hasher.update(chunk)
        file.seek(0)
        attached = attachments(file.fileno())
    except OSError as error:
        raise Unreadable("unreadable", f"the file cannot be read ({error.strerror})") from None
    check_unchanged(file, before.st_size, before.st_mtime_ns)
    return HasRead(hasher.digest(), Facts.of(before), attached)


def check_unchanged(file: BinaryIO, size: int, mtime_ns: int) -> None:
    """Raises Unreadable if the open file is not of this size and time any more."""
    now = os.fstat(file.fileno())
    if (now.st_size, now.st_mtime_ns) != (size, mtime_ns):
        raise Unreadable("changed", "the file changed while it was read")
