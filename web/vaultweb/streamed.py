"""Answers that are made while they are sent."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send


class Streamed(StreamingResponse):
    """A body piece by piece, and what has to be closed after it.

    Whoever asked may hang up before the first piece, in the middle, or never: what makes the pieces ends with the
    answer in each case. A generator that was not begun runs none of its own clean-up, therefore `close`.
    """

    def __init__(
        self,
        pieces: AsyncGenerator[bytes],
        headers: Mapping[str, str],
        *,
        status: int = 200,
        media_type: str | None = None,
        close: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(pieces, status, headers, media_type)
        self._made = pieces
        self._close = close

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with aclosing(self._made):
                await super().__call__(scope, receive, send)
        finally:
            if self._close is not None:
                self._close()
