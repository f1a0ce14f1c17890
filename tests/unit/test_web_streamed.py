"""What makes an answer piece by piece ends with it, however early the asker hangs up."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import trio
from starlette.types import Message, Scope

from vaultweb.streamed import Streamed

SCOPE: Scope = {"type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "method": "GET", "headers": []}


class Asker:
    """Takes `patience` messages of an answer, then hangs up."""

    def __init__(self, patience: int) -> None:
        self.patience = patience
        self.took: list[Message] = []
        self._gone = trio.Event()

    async def send(self, message: Message) -> None:
        if len(self.took) == self.patience:
            self._gone.set()
            await trio.sleep_forever()
        self.took.append(message)

    async def receive(self) -> Message:
        await self._gone.wait()
        return {"type": "http.disconnect"}


class File:
    """Three pieces; counts what runs at its end."""

    def __init__(self) -> None:
        self.closed = 0
        self.cleared = 0

    def close(self) -> None:
        self.closed += 1

    async def pieces(self) -> AsyncGenerator[bytes]:
        try:
            for letter in (b"a", b"b", b"c"):
                yield letter
        finally:
            self.cleared += 1


@pytest.mark.parametrize(("patience", "begun"), [(0, 0), (1, 1), (2, 1), (9, 1)])
async def test_what_an_answer_is_made_of_is_closed_whenever_the_asker_hangs_up(patience: int, begun: int) -> None:
    file, asker = File(), Asker(patience)
    await Streamed(file.pieces(), {}, close=file.close)(SCOPE, asker.receive, asker.send)
    assert (file.closed, file.cleared) == (1, begun)


async def test_whoever_stays_gets_every_piece() -> None:
    file, asker = File(), Asker(9)
    await Streamed(file.pieces(), {"X-One": "1"}, status=206, close=file.close)(SCOPE, asker.receive, asker.send)
    start, *rest = asker.took
    assert start["status"] == 206
    assert b"".join(message.get("body", b"") for message in rest) == b"abc"
