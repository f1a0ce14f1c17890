"""The mount that `vvault up` shows the vault in: the one that is there, else one of its own."""

from __future__ import annotations

import fcntl
import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import trio

from vaultd.app.up.child import Child, ChildFailed, running
from vaultd.app.up.talk import Talk
from vaultd.cli.screen import printable
from vaultipc.errors import DaemonAway
from vaultipc.messages import Status

PATIENCE_S = 10.0
GONE_S = 4.0
"""Longer than a mount needs to tell a daemon that was started again that it is there."""
POLL_S = 0.5
ELSEWHERE = "`vvault up --mount DIR` mounts elsewhere, `vvault up --no-mount` not at all."


class Mount:
    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Child | None]:
        """Our mount, or None if none is wanted or one is there."""
        place = self._talk.wishes.mountpoint
        if place is None:
            yield None
            return
        child = Child("mount", self._command(place), self._talk.wishes.log("mount"), PATIENCE_S)
        try:
            async with AsyncExitStack() as stack:
                yield child if await self._mounted_here(child, place, stack) else None
        finally:
            if child.last_words:
                self._talk.tell(child.last_words)
            if child.crashed:
                with trio.CancelScope(shield=True):
                    await _clear(place)

    async def gone(self) -> None:
        """Returns when a daemon answers that has not known of a mount there for a while."""
        place = self._talk.wishes.mountpoint
        if place is None:
            await trio.sleep_forever()
        since = trio.current_time()
        while trio.current_time() - since < GONE_S:
            await trio.sleep(POLL_S)
            try:
                there = await self._is_there(place)
            except DaemonAway:
                there = True  # nobody can say
            since = trio.current_time() if there else since
        self._talk.tell(f"{printable(place)} is not mounted any more.")

    async def _mounted_here(self, child: Child, place: bytes, stack: AsyncExitStack) -> bool:
        """Whether ours is mounted now; not if somebody else's was."""
        async with self._alone():
            if await self._is_there(place):
                self._talk.tell(f"Already mounted at {printable(place)}")
                return False
            try:
                await stack.enter_async_context(running(child))
            except ChildFailed as failed:
                failed.hint = " ".join(filter(None, (failed.hint, ELSEWHERE)))
                raise
        self._talk.tell(f"Mounted at {printable(place)}")
        return True

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """Two that look whether the place is free at the same moment would both find it so."""
        folder = self._talk.wishes.logs
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(folder / "mount.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            while not _locked(lock):  # noqa: ASYNC110  (the kernel tells nobody when a lock is free)
                await trio.sleep(POLL_S)
            yield
        finally:
            os.close(lock)

    async def _is_there(self, place: bytes) -> bool:
        status: Status = await self._talk.ask("status")
        return any(os.fsencode(mount.path) == place for mount in status.mounts)

    def _command(self, place: bytes) -> list[str | bytes]:
        return [*self._talk.wishes.vvault("mount"), place]


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def _clear(place: bytes) -> None:
    """Take away the mount of a process that could not do it itself. If it is gone already, fusermount3 complains."""
    await trio.run_process(["fusermount3", "-u", "-z", place], check=False, stderr=subprocess.DEVNULL)
