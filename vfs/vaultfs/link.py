"""The connection to the daemon: one for the life of the mount, made again whenever it is lost.

Every request has a deadline of two seconds, because a person waits for it inside a system call. But `accept` may take
a minute, and `similar` for a picture outside the library a third of one: they decode a picture, the first also hashes
and stores it, and so they are bound by the number of its bytes and not by thought. And `duplicates` may take a minute
where pictures have to be grouped, which is seconds for a hundred thousand, and once for a library. While somebody waits
so long the daemon has to show that it lives: one that is stuck is not waited for.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import trio

from vaultfs.faults import Unavailable
from vaultipc.client import AsyncClient, connect
from vaultipc.errors import DaemonAway, DaemonBug, UserError
from vaultipc.messages import Changed, ChangeParams, Empty, MountParams, MountWelcome, Params, Status, SubscribeParams

log = logging.getLogger(__name__)

DEADLINE = 2.0
ACCEPT_DEADLINE = 60.0
LOOK_DEADLINE = 20.0
GROUPING_DEADLINE = 60.0
_PULSE = 0.5
_RETRY = 0.25
_RETRY_MOST = 2.0
_RETURN = 0.5
"""Seconds in which a daemon that was stuck may be back before callers are told that it is away."""


class Link:
    """What the mount knows of the daemon. `told` is called with the topics of each change, and once per connection."""

    def __init__(self, socket: Path, announcement: MountParams) -> None:
        self._socket = socket
        self._announcement = announcement
        self._client: AsyncClient | None = None
        self._connected = trio.Event()
        self._hoped_until = -math.inf
        self._heard_at = -math.inf
        self._scope = trio.CancelScope()
        self._patient = 0
        self._patience = trio.Event()
        self.attempted = trio.Event()
        self.told: Callable[[frozenset[str] | None], None] = lambda topics: None
        self.welcome: MountWelcome | None = None
        self.status: Status | None = None

    @property
    def connected(self) -> bool:
        return self._client is not None

    async def serve(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Stay connected for ever. `attempted` is set when the first attempt has ended, either way."""
        task_status.started()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._feel_pulse)
            await self._stay_connected()

    async def _stay_connected(self) -> None:
        self._hoped_until = trio.current_time() + DEADLINE
        wait = _RETRY
        while True:
            began = trio.current_time()
            try:
                await self._attend()
            except (UserError, msgspec.MsgspecError) as error:
                log.debug("no daemon: %s", error)
            self._left()
            self.attempted.set()
            now = trio.current_time()
            awaited = now < self._hoped_until
            wait = _RETRY if awaited or now - began > DEADLINE + _RETRY_MOST else min(wait * 2, _RETRY_MOST)
            await trio.sleep(wait)

    async def _feel_pulse(self) -> None:
        """While somebody waits longer than the usual deadline, ask for a sign of life; without one `call` gives up."""
        while True:
            await self._patience.wait()
            await trio.sleep(_PULSE)
            if self._patient:
                await self.refresh_status()
            else:
                self._patience = trio.Event()

    async def call(
        self, method: str, params: Params | None = None, deadline: float = DEADLINE, form: Any = None
    ) -> Any:
        """Return the daemon's answer; its `UserError`s pass through, Unavailable if none comes within `deadline`.

        `form`: the type that the answer is decoded as, if not the method's own. A question is asked again if the
        connection was lost meanwhile. A change is not: it may have been made.
        """
        asked_at = trio.current_time()
        try:
            with self._waiting(deadline), trio.fail_after(deadline):
                answer = await self._asked(method, params or Empty(), form)
        except DaemonBug as error:
            raise Unavailable(f"{method}: {error}") from error
        except trio.TooSlowError:
            self._doubt(asked_at)
            raise Unavailable(f"{method}: no answer within {deadline:g} s") from None
        self._heard_at = trio.current_time()
        return answer

    @contextmanager
    def _waiting(self, deadline: float) -> Iterator[None]:
        if deadline <= DEADLINE:
            yield
            return
        self._patient += 1
        self._patience.set()
        try:
            yield
        finally:
            self._patient -= 1

    async def _asked(self, method: str, params: Params, form: Any) -> Any:
        while True:
            client = await self._present()
            try:
                return await client.call(method, params, form)
            except DaemonAway as error:
                if self._client is client:
                    self._left()
                if isinstance(params, ChangeParams):
                    raise Unavailable(f"{method}: {error}") from error
            except UserError:
                self._heard_at = trio.current_time()
                raise

    def _doubt(self, asked_at: float) -> None:
        """If nothing at all came since then, the daemon is stuck: the next caller must not wait as long."""
        if self._client is not None and self._heard_at < asked_at and not self._scope.cancel_called:
            log.warning("the daemon does not answer; connecting again")
            self._scope.cancel()
            self._left(_RETURN)  # now: STATUS.txt, which asked, says so

    async def refresh_status(self) -> None:
        """Ask for the daemon's state; keep the last one if no answer comes."""
        try:
            self.status = await self.call("status")
        except Unavailable as error:
            log.debug("status: %s", error)

    async def _present(self) -> AsyncClient:
        """Return the client, waiting out a restart of the daemon that is shorter than what callers may wait."""
        if self._client is None:
            with trio.move_on_at(self._hoped_until):
                await self._connected.wait()
        if self._client is None:
            raise Unavailable("the daemon is away")
        return self._client

    async def _attend(self) -> None:
        """Hold one connection until it is lost or doubted."""
        with trio.CancelScope(deadline=trio.current_time() + DEADLINE) as scope:
            async with connect(self._socket) as client:
                await self._introduce(client)
                scope.deadline = math.inf
                self._scope = scope
                self._arrived(client)
                await self._listen(client)

    async def _introduce(self, client: AsyncClient) -> None:
        self.welcome = await client.call("mount", self._announcement)
        await client.call("subscribe", SubscribeParams())
        self.status = await client.call("status")

    def _arrived(self, client: AsyncClient) -> None:
        self._client = client
        self._connected.set()
        self.attempted.set()
        log.info("connected to the daemon")
        self.told(None)

    def _left(self, hope: float = DEADLINE) -> None:
        """The connection is gone. Callers wait for another one for so many seconds from now, together."""
        if self._client is not None:
            self._client = None
            self._connected = trio.Event()
            self._hoped_until = trio.current_time() + hope
            log.info("the daemon is away")
            self.told(frozenset({"status"}))

    async def _listen(self, client: AsyncClient) -> None:
        async for notification in client.notifications:
            self._heard_at = trio.current_time()
            if notification.method == "changed":
                changed = msgspec.json.decode(notification.raw, type=Changed)
                self.told(frozenset(changed.topics))
