"""The gallery that `vvault up` serves: the one that is served already, else one of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import trio

from vaultd.app.up.child import Child, ChildFailed, running
from vaultd.app.up.talk import Talk
from vaultd.cli.invocation import to_this
from vaultipc.errors import EXIT_BUSY, DaemonAway
from vaultipc.messages import Status

PATIENCE_S = 10.0
GONE_S = 4.0
"""Longer than a gallery needs to tell a daemon that was started again that it is there."""
RIVAL_S = 5.0
"""From a gallery's hold on the library to its being known to the daemon."""
POLL_S = 0.5
WITHOUT = "`vvault up --no-web` leaves the gallery out."


class Web:
    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Child | None]:
        """Our gallery, or None if none is wanted or one is there."""
        flags = self._talk.wishes.web
        if flags is None:
            yield None
            return
        wishes = self._talk.wishes
        child = Child("gallery", wishes.vvault("web", *flags), wishes.log("web"), PATIENCE_S)
        async with AsyncExitStack() as stack:
            yield child if await self._served_here(child, stack) else None

    async def gone(self) -> None:
        """Returns when a daemon answers that has not known of a gallery for a while."""
        if self._talk.wishes.web is None:
            await trio.sleep_forever()
        since = trio.current_time()
        while trio.current_time() - since < GONE_S:
            await trio.sleep(POLL_S)
            try:
                address = await self._address()
            except DaemonAway:
                address = "?"  # nobody can say
            since = trio.current_time() if address else since
        self._talk.tell("The gallery that was used has ended.")

    async def _served_here(self, child: Child, stack: AsyncExitStack) -> bool:
        """Whether ours is served now; not if somebody else's was, or was first."""
        if address := await self._address():
            self._tell_used(address)
            return False
        try:
            await stack.enter_async_context(running(child))
        except ChildFailed as failed:
            if failed.exit_code == EXIT_BUSY and (address := await self._address_of_rival()):
                self._tell_used(address)
                return False
            failed.hint = " ".join(filter(None, (failed.hint, WITHOUT)))
            raise
        self._talk.tell(f"The gallery is at {child.told} (the link works once; `{self._opening()}` makes another)")
        return True

    def _tell_used(self, address: str) -> None:
        self._talk.tell(f"The gallery is served already at {address}: `{self._opening()}` opens it.")

    def _opening(self) -> str:
        """The command that opens this gallery, and not that of another socket."""
        return to_this("vvault web --open", self._talk.wishes.socket)

    async def _address_of_rival(self) -> str:
        deadline, address = trio.current_time() + RIVAL_S, ""
        while not address and trio.current_time() < deadline:
            await trio.sleep(POLL_S)
            address = await self._address()
        return address

    async def _address(self) -> str:
        """Where a gallery is served for this daemon; '' if nowhere."""
        status: Status = await self._talk.ask("status")
        return status.web.get("url", "") if isinstance(status.web, dict) else ""
