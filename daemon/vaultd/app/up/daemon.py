"""The daemon that `vvault up` uses: the one that answers, else one of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import trio

from vaultd.app.up.child import Child, ChildFailed, running
from vaultd.app.up.talk import Talk
from vaultipc.errors import EXIT_BUSY, DaemonAway
from vaultipc.messages import Hello

PATIENCE_S = 30.0
SILENCE_S = 60.0
"""A daemon listens before it has loaded its indexes, and answers when it has."""
RIVAL_S = 5.0
"""From a daemon's hold on the catalog to its first listening."""
GONE_S = 6.0
"""Longer than a daemon that died needs to come back: whoever keeps it shall have it."""
POLL_S = 0.5


class Daemon:
    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Child | None]:
        """Our daemon, or None if one was there already; that one is left running."""
        if await self._answers():
            self._tell_used()
            yield None
            return
        self._talk.tell("Starting the daemon …")
        wishes = self._talk.wishes
        child = Child("daemon", wishes.vvault("daemon"), wishes.log("daemon"), PATIENCE_S)
        async with AsyncExitStack() as stack:
            yield child if await self._started(child, stack) else None

    async def gone(self) -> None:
        """Returns when nobody has answered for a while."""
        since = trio.current_time()
        while trio.current_time() - since < GONE_S:
            await trio.sleep(POLL_S)
            if await self._answers():
                since = trio.current_time()
        self._talk.tell("The daemon that was used has ended.")

    async def _started(self, child: Child, stack: AsyncExitStack) -> bool:
        """Whether ours runs. If another was started at the same moment and was first, that one is used."""
        try:
            await stack.enter_async_context(running(child))
        except ChildFailed as failed:
            if failed.exit_code != EXIT_BUSY or not await self._rival_answers():
                raise
            self._tell_used()
            return False
        return True

    async def _rival_answers(self) -> bool:
        deadline = trio.current_time() + RIVAL_S
        while not await self._answers():
            if trio.current_time() > deadline:
                return False
            await trio.sleep(POLL_S)
        return True

    async def _answers(self) -> bool:
        """Raises DaemonAway if somebody listens and stays silent."""
        with trio.move_on_after(SILENCE_S):
            try:
                hello: Hello = await self._talk.ask("hello")
            except DaemonAway:
                return False
            return bool(hello.version)
        raise DaemonAway(
            f"The daemon on {self._talk.wishes.socket} does not answer.",
            hint="It may be stopped: end it, then try again.",
        )

    def _tell_used(self) -> None:
        socket = self._talk.wishes.socket
        self._talk.tell(f"A daemon is already running on {socket}: it is used, and is not ended from here.")
