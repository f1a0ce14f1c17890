"""A file of the holding folder: where bytes written into the mount live until the daemon has taken them."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable
from typing import TypeVar

import trio

from vaultfs.attributes import PERMISSIONS

T = TypeVar("T")


class Holding:
    """One file of our own in the daemon's holding folder. Everything that may wait for a disk runs in a thread."""

    def __init__(self, path: str, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor

    @classmethod
    async def new(cls, folder: str) -> Holding:
        """Make an empty one in `folder`."""
        path = os.path.join(folder, f"{secrets.token_hex(16)}.held")
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        return cls(path, await trio.to_thread.run_sync(os.open, path, flags, 0o600))

    async def write(self, offset: int, data: bytes) -> None:
        """Write all of `data`."""
        await self._run(lambda: _written(self._descriptor, data, offset))

    async def read(self, offset: int, size: int) -> bytes:
        return await self._run(lambda: os.pread(self._descriptor, size, offset))

    async def truncate(self, size: int) -> None:
        await self._run(lambda: os.ftruncate(self._descriptor, size))

    async def sync(self) -> None:
        """Make the bytes and the file's name survive a crash."""
        await self._run(self._sync)

    def set_mtime(self, mtime_ns: int) -> None:
        """The time goes with the picture into the inbox."""
        os.utime(self._descriptor, ns=(mtime_ns, mtime_ns))

    def set_mode(self, mode: int) -> None:
        """The permissions go with the picture too; until then only its owner may read it."""
        os.fchmod(self._descriptor, mode & PERMISSIONS)

    def attribute(self, name: bytes) -> bytes:
        """Return an extended attribute; OSError if there is none."""
        return os.getxattr(self._descriptor, name)

    def attributes(self) -> list[bytes]:
        """Return the names of the extended attributes of users."""
        names = map(os.fsencode, os.listxattr(self._descriptor))
        return [name for name in names if name.startswith(b"user.")]

    def set_attribute(self, name: bytes, value: bytes | None) -> None:
        """What programs attach to the picture goes with it too. None removes it."""
        if value is None:
            os.removexattr(self._descriptor, name)
        else:
            os.setxattr(self._descriptor, name, value)

    def stat(self) -> os.stat_result:
        return os.fstat(self._descriptor)

    def close(self) -> None:
        """Let go of the file; it stays."""
        os.close(self._descriptor)

    def discard(self) -> None:
        """Let go of the file and remove it."""
        self.close()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path)

    def _sync(self) -> None:
        os.fsync(self._descriptor)
        folder = os.open(os.path.dirname(self.path), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    async def _run(self, function: Callable[[], T]) -> T:
        return await trio.to_thread.run_sync(function)


def _written(descriptor: int, data: bytes, offset: int) -> None:
    view = memoryview(data)
    while view:
        count = os.pwrite(descriptor, view, offset)
        view, offset = view[count:], offset + count
