"""One client's connection: its requests, its subscription, and the mount or the web page it may be.

Requests of a connection run side by side, at most `AT_ONCE` of them, each answered as soon as it is ready; reading
waits while all places are taken, so a client that sends faster than it is served is slowed down, not stored. Nothing
more is begun for a client that leaves much unread, and long answers wait for it a few at a time.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

import trio

from vaultd import __version__
from vaultd.catalog import history, room
from vaultd.domain import naming
from vaultd.handlers import gallery, mounts, search
from vaultd.handlers.registry import HANDLERS
from vaultd.handlers.vault import Vault
from vaultd.search import engine
from vaultipc.errors import TooLarge, UserError
from vaultipc.messages import (
    METHODS,
    Changed,
    HelloParams,
    MountInfo,
    MountParams,
    MountThumbnails,
    MountThumbnailsParams,
    MountWelcome,
    Subscribed,
    SubscribeParams,
    WebParams,
    WebWelcome,
)
from vaultipc.protocol import BadLine, Request, ServerConnection

AT_ONCE = 64
QUESTIONS = frozenset({*search.HANDLERS, *gallery.QUESTIONS})
QUESTIONS_AT_ONCE = engine.AT_ONCE - 1
"""However much one client asks, another one finds a free place in the engine."""
LISTINGS = frozenset(name for name, (_, result) in METHODS.items() if "hits" in result.__struct_fields__)
LISTINGS_AT_ONCE = 8
"""Answers of any length: of one client, so many are made before the first of them is taken."""
READ_BYTES = 65536
UNREAD_BYTES = 1 << 20
"""A client that leaves more than this unread gets no further answers until it reads."""
TOPIC_OF_ENTITY = {
    "image": "images",
    "embedding": "images",
    "file": "images",
    "model": "images",
    "tag": "tags",
    "root": "roots",
}

log = logging.getLogger(__name__)


class Session:
    """Serves one stream until the client has closed its side and every request was answered."""

    def __init__(self, vault: Vault, stream: trio.SocketStream, has_room: Callable[[], bool] = lambda: True) -> None:
        """`has_room`: whether what all clients have begun to send, and not ended, may become more."""
        self._vault = vault
        self._has_room = has_room
        self._stream = stream
        self._wire = ServerConnection()
        self._places = trio.CapacityLimiter(AT_ONCE)
        self._questions = trio.CapacityLimiter(QUESTIONS_AT_ONCE)
        self._listings = trio.CapacityLimiter(LISTINGS_AT_ONCE)
        self._unread = 0
        self._taken = trio.Event()
        self._sending = trio.Lock()
        self._topics: frozenset[str] | None = None
        self._news: set[str] = set()
        self._awake = trio.Event()
        self._mount: MountInfo | None = None
        self._by_path = True

    async def serve(self) -> None:
        """Runs the connection. A client that disappears is no error."""
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._tell_news)
                async with trio.open_nursery() as requests:
                    await self._read(requests)
                nursery.cancel_scope.cancel()
        except* (trio.BrokenResourceError, trio.ClosedResourceError):
            log.debug("a client hung up before its answer was sent")
        finally:
            self._dismount()
            self._vault.pages.pop(self, None)

    @property
    def unfinished(self) -> int:
        """Bytes of a line that has not ended yet."""
        return self._wire.unfinished

    def committed(self, entities: frozenset[str]) -> None:
        """The catalog changed. Called from its writer: only notes it."""
        if self._topics is None:
            return
        topics = {TOPIC_OF_ENTITY.get(entity, entity) for entity in entities}
        self._news |= topics & self._topics if self._topics else topics
        self._awake.set()

    async def _read(self, requests: trio.Nursery) -> None:
        while True:
            data = await self._stream.receive_some(READ_BYTES)
            for event in self._wire.receive(data) if data else self._wire.receive_end():
                if isinstance(event, BadLine):
                    await self._send(event.response)
                    if event.fatal:
                        return
                else:
                    place = object()
                    await self._places.acquire_on_behalf_of(place)
                    requests.start_soon(self._answer, event, place)
            if not data:
                return
            if self._wire.unfinished > READ_BYTES and not self._has_room():
                error = TooLarge("Too many long lines are being sent at once.", hint="Send it again a little later.")
                await self._send(self._wire.error(None, error))
                return

    async def _answer(self, request: Request, place: object) -> None:
        try:
            async with self._turn(request.method):
                while self._unread > UNREAD_BYTES:
                    await self._taken.wait()
                response = await self._run(request)
                if not request.silent:
                    await self._send(response)
        finally:
            self._places.release_on_behalf_of(place)

    def _turn(self, method: str) -> AbstractAsyncContextManager[object]:
        """What a request holds until its answer is sent."""
        if method in QUESTIONS:
            return self._questions
        return self._listings if method in LISTINGS else nullcontext()

    async def _run(self, request: Request) -> bytes:
        try:
            return self._wire.result(request.id, await self._dispatch(request.method, request.params))
        except UserError as error:
            return self._wire.error(request.id, error)
        except Exception as error:
            mistake = room.mistake(error, self._vault.catalog.path) if isinstance(error, sqlite3.Error) else None
            if mistake is not None:
                return self._wire.error(request.id, mistake)
            log.exception("the method %s failed: this is a bug", request.method)
            return self._wire.error(request.id, error)

    async def _dispatch(self, method: str, params: Any) -> Any:
        if isinstance(params, HelloParams):
            self._by_path &= params.paths
        if not self._by_path:
            naming.by_id_only()
        match method:
            case "subscribe":
                return self._subscribe(params)
            case "mount":
                return self._announce(params)
            case "mount.thumbnails":
                return self._show(params)
            case "web.register":
                return await self._register(params)
            case _:
                return await HANDLERS[method](self._vault, params)

    def _subscribe(self, params: SubscribeParams) -> Subscribed:
        self._topics = frozenset(params.topics)
        return Subscribed(seq=self._vault.catalog.seq())

    def _announce(self, params: MountParams) -> MountWelcome:
        self._dismount()
        self._mount = MountInfo(path=params.path, backend=params.backend, entries=params.entries, pid=params.pid)
        self._vault.mounts.append(self._mount)
        with self._vault.catalog.read() as sql:
            asked = bool(history.listing(sql, 1))
        return MountWelcome(
            holding=str(self._vault.ingest.holding),
            library=self._vault.catalog.meta("library"),
            version=__version__,
            asked=asked,
            thumbnails=self._vault.thumbnails.wanted,
        )

    def _dismount(self) -> None:
        if self._mount in self._vault.mounts:
            self._vault.mounts.remove(self._mount)
            self._vault.thumbnails.forget(self)
        self._mount = None

    async def _register(self, params: WebParams) -> WebWelcome:
        await self._vault.engine.prepare_layouts()
        self._vault.pages[self] = params
        return WebWelcome(library=self._vault.catalog.meta("library"), version=__version__)

    def _show(self, params: MountThumbnailsParams) -> MountThumbnails:
        if self._mount is None:
            raise UserError("Only a mount shows folders.", hint="Send `mount` first.")
        return mounts.show(self._vault, self, params)

    async def _tell_news(self) -> None:
        """Sends what changed, as often as the client can take it; news that come meanwhile are joined."""
        while True:
            await self._awake.wait()
            self._awake = trio.Event()
            topics, self._news = sorted(self._news), set()
            if topics:
                await self._send(self._wire.notify("changed", Changed(topics=topics, seq=self._vault.catalog.seq())))

    async def _send(self, data: bytes) -> None:
        self._unread += len(data)
        try:
            async with self._sending:
                await self._stream.send_all(data)
        finally:
            self._unread -= len(data)
            self._taken.set()
            self._taken = trio.Event()
