"""Answers that the daemon tells page by page are put together as they would be told at once."""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import trio

from support.vault import RunningVault
from support.web import Web
from vaultipc.messages import LayoutParams, WebParams
from vaultweb import layouts
from vaultweb.connections import Connections
from vaultweb.news import News


def asked(vault: RunningVault, question: Callable[[Connections], Awaitable[Any]]) -> Any:
    """What a question comes to over connections of its own."""

    async def main() -> Any:
        me = WebParams(url="http://127.0.0.1:1/", pid=os.getpid())
        connections = Connections(vault.socket, News(), me)
        async with trio.open_nursery() as nursery:
            await nursery.start(connections.serve)
            answer = await question(connections)
            nursery.cancel_scope.cancel()
        return answer

    return trio.run(main)


@pytest.mark.parametrize("page", [1, 5, 8, 23, 24, 25])
def test_pages_of_any_size_make_the_same_layout(web: Web, page: int) -> None:
    whole = web.get("/api/layout?sort=name").json

    async def question(daemon: Connections) -> bytes:
        return await layouts.whole(daemon, LayoutParams(sort="name"), page)

    told = json.loads(asked(web.vault, question))
    assert len(told["ids"]) == told["total"] > 20
    assert {**told, "snapshot": ""} == {**whole, "snapshot": ""}


def test_what_a_query_matches_is_named_once_also_by_pages(web: Web) -> None:
    expected = web.get("/api/layout?q=type:jpeg").json["ids"]

    async def question(daemon: Connections) -> list[str]:
        return await layouts.ids(daemon, "type:jpeg", "default", 3)

    assert asked(web.vault, question) == expected
    assert len(set(expected)) == len(expected) > 3
