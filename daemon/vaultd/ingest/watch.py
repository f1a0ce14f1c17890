"""Watching folders with inotify (inotify(7)): which descriptor means which folder, and reading what happened."""

from __future__ import annotations

import errno
import os
import threading
from dataclasses import dataclass

import trio
from inotify_simple import INotify, flags

MASK = (
    flags.CREATE
    | flags.CLOSE_WRITE
    | flags.ATTRIB
    | flags.MOVED_FROM
    | flags.MOVED_TO
    | flags.DELETE
    | flags.DELETE_SELF
    | flags.ONLYDIR
    | flags.DONT_FOLLOW
)
"""No more than what is acted on: every event kind takes room in the kernel's queue."""


@dataclass(frozen=True)
class Event:
    """What happened to `path`. `mask` are inotify's flags; `cookie` joins the two halves of a rename.

    A path of None means that events were lost.
    """

    path: bytes | None
    mask: int
    cookie: int = 0


class WatchLimit(Exception):
    """The kernel watches no more folders for this user (fs.inotify.max_user_watches)."""


class FolderWatch:
    """Every watched folder. `add` may be called from any thread; everything else belongs to the trio thread."""

    def __init__(self) -> None:
        self._inotify = INotify(nonblocking=True)
        self._lock = threading.Lock()
        self._paths: dict[int, bytes] = {}
        self._descriptors: dict[bytes, int] = {}

    def __len__(self) -> int:
        return len(self._paths)

    def __contains__(self, folder: bytes) -> bool:
        return folder in self._descriptors

    def close(self) -> None:
        """Watches nothing any more."""
        self._inotify.close()

    def add(self, folder: bytes) -> None:
        """Watches a folder; again is harmless. Raises WatchLimit, OSError if it cannot be listed."""
        with self._lock:
            try:
                descriptor = self._inotify.add_watch(folder, MASK)
            except OSError as error:
                if error.errno == errno.ENOSPC:
                    raise WatchLimit from error
                raise
            # The kernel knows folders by inode: one that was moved unseen is still watched under its old name.
            self._descriptors.pop(self._paths.get(descriptor, b""), None)
            self._paths[descriptor] = folder
            self._descriptors[folder] = descriptor

    def rename(self, old: bytes, new: bytes) -> None:
        """A folder has another name now, and so has everything in it."""
        with self._lock:
            for path in self._below(old):
                descriptor = self._descriptors.pop(path)
                self._paths[descriptor] = new + path[len(old) :]
                self._descriptors[new + path[len(old) :]] = descriptor

    def remove(self, folder: bytes) -> None:
        """Watches a folder and everything in it no more."""
        with self._lock:
            for path in self._below(folder):
                descriptor = self._descriptors.pop(path)
                self._paths.pop(descriptor, None)
                try:
                    self._inotify.rm_watch(descriptor)
                except OSError as error:
                    if error.errno != errno.EINVAL:  # which means that the folder is gone, and its watch with it
                        raise

    def _below(self, folder: bytes) -> list[bytes]:
        return [path for path in self._descriptors if path == folder or path.startswith(folder + b"/")]

    async def events(self) -> list[Event]:
        """What happened since the last call, in order; waits until there is something."""
        while True:
            found = [event for raw in self._inotify.read(timeout=0) if (event := self._event(*raw)) is not None]
            if found:
                return found
            await trio.lowlevel.wait_readable(self._inotify.fileno())

    def _event(self, descriptor: int, mask: int, cookie: int, name: str) -> Event | None:
        if mask & flags.Q_OVERFLOW:
            return Event(None, mask)
        with self._lock:
            folder = self._paths.get(descriptor)
            if mask & flags.IGNORED:
                if folder is not None and self._descriptors.get(folder) == descriptor:
                    del self._descriptors[folder]
                self._paths.pop(descriptor, None)
                return None
        if folder is None or mask & flags.UNMOUNT:
            return None  # removed a moment ago; or unmounted, which the table of mounts tells
        encoded = os.fsencode(name)
        return Event(folder.rstrip(b"/") + b"/" + encoded if encoded else folder, mask, cookie)
