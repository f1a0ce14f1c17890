"""Watching folders with inotify (inotify(7)): which descriptor means which folder, and reading what happened."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

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

MORE = "raise fs.inotify.max_user_watches (`sysctl fs.inotify.max_user_watches=1048576`), then restart the daemon"
ANOTHER = "raise fs.inotify.max_user_instances (`sysctl fs.inotify.max_user_instances=1024`), then restart the daemon"
"""What to do where that is not enough: where more folders are than may be watched, where nothing may watch any more."""
LIMIT = Path("/proc/sys/fs/inotify/max_user_watches")
OWN_LIMIT = Path("/proc/sys/user/max_inotify_watches")
"""Of the user namespace: containers have one of their own (namespaces(7))."""
SHARE = 0.75
"""Of the watches that the kernel grants a user: editors, synchronisation and servers need theirs, too."""


@dataclass(frozen=True)
class Event:
    """What happened to `path`. `mask` are inotify's flags; `cookie` joins the two halves of a rename.

    A path of None means that events were lost.
    """

    path: bytes | None
    mask: int
    cookie: int = 0


class WatchLimit(Exception):
    """Our share of what the kernel grants, or all of it, is used up. Its text says what can be done about it.

    `given_back`: folders that were watched and are not any more, so that other programs can watch theirs.
    """

    def __init__(self, more: str, given_back: Sequence[bytes] = ()) -> None:
        super().__init__(more)
        self.given_back = given_back


def our_share() -> int:
    """How many folders we watch at most, so that other programs of this user get watches, too."""
    return int(min(int(limit.read_text()) for limit in (LIMIT, OWN_LIMIT) if limit.exists()) * SHARE)


class FolderWatch:
    """Every watched folder. `add` may be called from any thread; everything else belongs to the trio thread."""

    def __init__(self, most: int) -> None:
        self._inotify = _begun()
        self.more = MORE if self._inotify else ANOTHER
        """What gets us more watches."""
        self._lock = threading.Lock()
        self._most = most
        self._paths: dict[int, bytes] = {}
        self._descriptors: dict[bytes, int] = {}
        self._inside: dict[bytes, set[bytes]] = {}
        """Watched folders by the folder they lie in: of a hundred thousand, those below one are found at once."""

    def __len__(self) -> int:
        return len(self._paths)

    def __contains__(self, folder: bytes) -> bool:
        return folder in self._descriptors

    def __iter__(self) -> Iterator[bytes]:
        return iter(list(self._descriptors))

    def close(self) -> None:
        """Watches nothing any more."""
        if self._inotify is not None:
            self._inotify.close()

    def add(self, folder: bytes) -> None:
        """Watches a folder; again is harmless. Raises WatchLimit, OSError if it cannot be listed."""
        with self._lock:
            if self._inotify is None or (len(self._paths) >= self._most and folder not in self._descriptors):
                raise WatchLimit(self.more)
            try:
                descriptor = self._inotify.add_watch(folder, MASK)
            except OSError as error:
                if error.errno == errno.ENOSPC:
                    raise WatchLimit(self.more, self._give_back()) from error
                raise
            # The kernel knows folders by inode: one that was moved unseen is still watched under its old name, unless
            # another one has that name by now, as when two were exchanged.
            before = self._paths.pop(descriptor, folder)
            if self._descriptors.get(before) == descriptor:
                self._drop(before)
            if self._descriptors.get(folder) != descriptor:
                self._end(folder)  # which had this name, and may be anywhere now
            self._put(folder, descriptor)

    def rename(self, old: bytes, new: bytes) -> None:
        """A folder has another name now, and so has everything in it."""
        with self._lock:
            for path in self._below(old):
                descriptor = self._drop(path)
                if descriptor is not None:
                    self._put(new + path[len(old) :], descriptor)

    def remove(self, folder: bytes, besides: Set[bytes] = frozenset()) -> None:
        """Watches a folder and everything in it no more, but for those named."""
        with self._lock:
            for path in self._below(folder):
                if path not in besides:
                    self._end(path)

    def _give_back(self) -> list[bytes]:
        """Others use more than we leave them: of what we got a share is theirs, too, and stays free for them.

        It is the deepest folders that go, since those that stay must be watched from above.
        """
        folders = sorted(self._descriptors, key=lambda folder: folder.rstrip(b"/").count(b"/"))
        self._most = int(len(folders) * SHARE)
        for folder in folders[self._most :]:
            self._end(folder)
        return folders[self._most :]

    def _end(self, folder: bytes) -> None:
        descriptor = self._drop(folder)
        if descriptor is None or self._inotify is None:
            return
        try:
            self._inotify.rm_watch(descriptor)
        except OSError as error:
            if error.errno != errno.EINVAL:  # which means that the folder is gone, and its watch with it
                raise

    def _put(self, folder: bytes, descriptor: int) -> None:
        self._drop(folder)
        self._paths[descriptor] = folder
        self._descriptors[folder] = descriptor
        if folder != b"/":
            self._inside.setdefault(os.path.dirname(folder), set()).add(folder)

    def _drop(self, folder: bytes) -> int | None:
        """Forgets a folder, and returns the descriptor it had."""
        descriptor = self._descriptors.pop(folder, None)
        if descriptor is None:
            return None
        self._paths.pop(descriptor, None)
        above = os.path.dirname(folder)
        beside = self._inside.get(above, set())
        beside.discard(folder)
        if not beside:
            self._inside.pop(above, None)
        return descriptor

    def _below(self, folder: bytes) -> list[bytes]:
        """The folder, and every watched one whose way up to it is watched: folders are watched from above."""
        found, stack = [], [folder]
        while stack:
            found.append(stack.pop())
            stack.extend(self._inside.get(found[-1], ()))
        return found

    async def events(self) -> list[Event]:
        """What happened since the last call, in order; waits until there is something."""
        if self._inotify is None:
            await trio.sleep_forever()
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
                    self._drop(folder)
                self._paths.pop(descriptor, None)
                return None
        if folder is None or mask & flags.UNMOUNT:
            return None  # removed a moment ago; or unmounted, which the table of mounts tells
        encoded = os.fsencode(name)
        return Event(folder.rstrip(b"/") + b"/" + encoded if encoded else folder, mask, cookie)


def _begun() -> INotify | None:
    """None where this user's programs have as many instances of inotify as they may, which is 128 by default."""
    try:
        return INotify(nonblocking=True)
    except OSError as error:
        if error.errno not in (errno.EMFILE, errno.ENFILE):
            raise
        return None
