"""The daemon as the server reaches it: a few connections, each made again whenever it is lost.

Several, since a long answer holds up what comes behind it on one, and since the daemon gives each only so many places.
"""

from __future__ import annotations

import logging
import math
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any

import msgspec
import trio

from vaultipc.blocking import away
from vaultipc.client import AsyncClient, connect
from vaultipc.errors import DaemonAway, UserError
from vaultipc.messages import Changed, ChangeParams, Empty, HelloParams, Params, SubscribeParams, WebParams
from vaultipc.protocol import decode_result
from vaultweb.news import News

log = logging.getLogger(__name__)

MOST = 4
QUESTIONS = frozenset({"search", "similar", "explain", "layout", "images", "timeline"})
QUESTIONS_AT_ONCE = 3
"""Of the four places that the daemon's engine has: however much pages ask, the mount finds one. It gives one connection
three itself, and we have several."""
PATIENCE_S = 2.0
"""How long a question waits for a daemon that is just being started again."""
_RETRY_S = 0.1
_RETRY_MOST_S = 2.0
_GREETING_S = 10.0


class Connections:
    """`news` hears of every change, and of the daemon's going and coming."""

    def __init__(self, socket: Path, news: News, announcement: WebParams, most: int = MOST) -> None:
        self._socket = socket
        self._news = news
        self._announcement = announcement
        self._most = most
        self._open: dict[AsyncClient, int] = {}
        self._places = trio.CapacityLimiter(QUESTIONS_AT_ONCE)
        self._arrived = trio.Event()
        self._awaited_until = -math.inf

    @property
    def connected(self) -> bool:
        return bool(self._open)

    async def serve(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Stay connected until cancelled. Started once the daemon answered, or did not."""
        async with trio.open_nursery() as nursery:
            await nursery.start(self._keep, True)
            for _ in range(self._most - 1):
                nursery.start_soon(self._keep, False)
            task_status.started()

    async def call(self, method: str, params: Params | None = None) -> Any:
        """Return the daemon's answer as its struct; raises what it answers, or DaemonAway."""
        return decode_result(method, await self.raw(method, params))

    async def raw(self, method: str, params: Params | None = None) -> bytes:
        """Return the daemon's answer as the JSON it wrote.

        A question is asked again if the connection was lost meanwhile. A change is not: it may have been made.
        """
        async with self._places if method in QUESTIONS else nullcontext():
            return await self._asked(method, Empty() if params is None else params)

    async def _asked(self, method: str, params: Params) -> bytes:
        while True:
            client = await self._least_busy()
            self._open[client] += 1
            try:
                return await client.call_raw(method, params)
            except DaemonAway:
                self._lost(client)
                if isinstance(params, ChangeParams):
                    raise
            finally:
                if client in self._open:
                    self._open[client] -= 1

    async def _least_busy(self) -> AsyncClient:
        if not self._open:
            with trio.move_on_at(self._awaited_until):
                await self._arrived.wait()
        if not self._open:
            raise away(self._socket, "")
        return min(self._open, key=self._open.__getitem__)

    async def _keep(self, listens: bool, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        wait = _RETRY_S
        while True:
            began = trio.current_time()
            try:
                await self._hold(listens, task_status)
            except (UserError, msgspec.MsgspecError, trio.TooSlowError) as error:
                log.debug("no daemon: %s", error)
            with suppress(RuntimeError):  # it was started already
                task_status.started()
            wait = _RETRY_S if trio.current_time() - began > _RETRY_MOST_S else min(wait * 2, _RETRY_MOST_S)
            await trio.sleep(wait)

    async def _hold(self, listens: bool, task_status: trio.TaskStatus[None]) -> None:
        async with connect(self._socket) as client:
            try:
                with trio.fail_after(_GREETING_S):
                    await client.call("hello", HelloParams(client="web", paths=False))
                    if listens:
                        await client.call("subscribe", SubscribeParams())
                        await client.call("web.register", self._announcement)
                self._came(client)
                with suppress(RuntimeError):
                    task_status.started()
                async for told in client.notifications:
                    if told.method == "changed":
                        self._news.changed(msgspec.json.decode(told.raw, type=Changed))
            finally:
                self._lost(client)

    def _came(self, client: AsyncClient) -> None:
        first = not self._open
        self._open[client] = 0
        if first:
            log.info("connected to the daemon")
            self._arrived.set()
            self._news.back()

    def _lost(self, client: AsyncClient) -> None:
        if self._open.pop(client, None) is not None and not self._open:
            log.info("the daemon is away")
            self._arrived = trio.Event()
            self._awaited_until = trio.current_time() + PATIENCE_S
            self._news.away()
