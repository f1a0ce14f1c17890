"""Reading an original through the mount. It is opened for reading, and never for anything else."""

from __future__ import annotations

import errno
import os
import stat

import trio

from vaultfs.faults import Missing
from vaultfs.tree.node import Handle


class Passthrough(Handle):
    """Reads of an open file. What the page cache holds is read at once, the disk is left to a thread."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    async def read(self, offset: int, size: int) -> bytes:
        data = self._cached(offset, size)
        if len(data) < size:
            # A short answer means the end of the file to the kernel, so the rest is asked for in earnest.
            data += await trio.to_thread.run_sync(_read, self._descriptor, size - len(data), offset + len(data))
        return data

    def _cached(self, offset: int, size: int) -> bytes:
        buffer = bytearray(size)
        try:
            count = os.preadv(self._descriptor, [buffer], offset, os.RWF_NOWAIT)
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL):
                raise
            return b""
        return bytes(memoryview(buffer)[:count])

    async def release(self) -> None:
        os.close(self._descriptor)


def opened(path: bytes) -> tuple[int, os.stat_result]:
    """Return a descriptor for reading and what stat(2) says of it; Missing if it is no regular file. May wait."""
    # O_NONBLOCK: a pipe that took the place of the picture must not hold the thread for ever.
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise Missing("what is at the picture's path now is no file")
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor, found


def _read(descriptor: int, size: int, offset: int) -> bytes:
    """Return `size` bytes, fewer only at the end of the file."""
    parts: list[bytes] = []
    while size > 0:
        part = os.pread(descriptor, size, offset)
        if not part:
            break
        parts.append(part)
        offset += len(part)
        size -= len(part)
    return b"".join(parts)
