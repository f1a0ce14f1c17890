"""What is to be taken back and could not be, because the daemon was away: it is tried until it is there again."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

import trio

from vaultfs.faults import Unavailable
from vaultipc.errors import UserError

log = logging.getLogger(__name__)

_RETRY = 1.0

Amend = Callable[[], Awaitable[None]]


class Amends:
    """Debts to the user, one for each thing, in order. Making one twice does no harm: the daemon may have heard it."""

    def __init__(self) -> None:
        self._owed: dict[object, Amend] = {}
        self._news = trio.Event()

    async def make(self, thing: object, amend: Amend) -> None:
        """Make amends now; raise Unavailable if that must wait, in which case it is made later."""
        try:
            await amend()
        except Unavailable:
            self._owed[thing] = amend
            self._news.set()
            raise

    async def serve(self) -> None:
        """Make what is owed, for ever."""
        while True:
            await self._news.wait()
            self._news = trio.Event()
            while self._owed:
                thing, amend = next(iter(self._owed.items()))
                try:
                    await amend()
                except Unavailable:
                    await trio.sleep(_RETRY)
                    continue
                except UserError as error:
                    log.warning("not taken back: %s", error)
                if self._owed[thing] is amend:
                    del self._owed[thing]
