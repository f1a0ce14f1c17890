"""libfuse's loop, in a thread that we own."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable

import trio

from vaultfs.device import not_mounted
from vaultfs.mountpoint import FILE_SYSTEM, mounted_at, unmount


def _library() -> str:
    """Return the libfuse to load: 3 where it is. Left alone, mfusepy takes 2 when both are there."""
    for name in ("libfuse3.so.4", "libfuse3.so.3", "libfuse.so.2"):
        try:
            ctypes.CDLL(name)
        except OSError:
            continue
        return name
    raise ImportError("no libfuse3.so.3 or libfuse.so.2 was found")


os.environ.setdefault("FUSE_LIBRARY_PATH", _library())

import mfusepy  # noqa: E402  (reads the variable when it is imported)

__all__ = ["TIMEOUT", "LoopThread", "appeared", "exact", "mfusepy", "text"]

_ENDING = 1.0
TIMEOUT = 1
"""Seconds for which the kernel may believe a name or attributes."""


class LoopThread:
    """The thread in which libfuse runs its loop until the mount is gone."""

    def __init__(self, place: bytes, operations: mfusepy.Operations, options: Iterable[str]) -> None:
        self._place = place
        self._operations = operations
        self._options = frozenset(options)
        self._scope = trio.CancelScope(shield=True)
        self.ended = trio.Event()

    async def run(self) -> None:
        """Mount and answer until unmounted; Refused if it cannot be mounted."""
        try:
            with self._scope:
                await trio.to_thread.run_sync(
                    _mount, self._place, self._operations, self._options, abandon_on_cancel=True
                )
        except RuntimeError as error:
            raise not_mounted(self._place, f"libfuse ended with code {error}") from error
        finally:
            self.ended.set()

    async def end(self) -> None:
        """Unmount. While somebody is in the mount the loop goes on: it is left to end with the process."""
        with trio.CancelScope(shield=True):
            if mounted_at(self._place):
                await trio.to_thread.run_sync(unmount, self._place)
            with trio.move_on_after(_ENDING):
                await self.ended.wait()
            self._scope.cancel()


async def appeared(place: bytes) -> None:
    """Wait until the mount is there: libfuse tells nobody, and asking for the first entry would be a request."""
    while not any(mount.kind == FILE_SYSTEM for mount in mounted_at(place)):  # noqa: ASYNC110
        await trio.sleep(0.01)


def _mount(place: bytes, operations: mfusepy.Operations, options: frozenset[str]) -> None:
    _Loop(
        operations,
        text(place),
        raw_fi=True,
        foreground=True,
        nothreads=True,
        fsname="vvault",
        subtype="vvault",
        use_ino=True,
        hard_remove=True,
        attr_timeout=TIMEOUT,
        entry_timeout=TIMEOUT,
        negative_timeout=0,
        **dict.fromkeys(options, True),
    )


class _Loop(mfusepy.FUSE):  # type: ignore[misc]
    """mfusepy's loop, which leaves out the flags of rename."""

    def rename_fuse_2(self, old: bytes, new: bytes) -> int:
        return self.rename_fuse_3(old, new, 0)

    def rename_fuse_3(self, old: bytes, new: bytes, flags: int) -> int:
        self.operations.rename(text(old), text(new), flags)
        return 0


def text(path: bytes) -> str:
    """Return a path as mfusepy passes it: bytes that are no UTF-8 become surrogates."""
    return path.decode("utf-8", "surrogateescape")


def exact(path: str) -> bytes:
    """Return the bytes of a path as mfusepy passes it."""
    return path.encode("utf-8", "surrogateescape")
