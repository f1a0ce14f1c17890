"""Both clients, the blocking and the async one, keep the same promises against the same server."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import trio

from support.answering import AnsweringServer, Answers
from vaultipc import blocking, client, errors
from vaultipc.messages import ActionResult, Changed, ConfigValues, Empty, Hello, Listing, NameParams, Roots, Subscribed
from vaultipc.protocol import ServerConnection

Ask = Callable[..., Any]
"""(socket, method, params) → result, over a connection of its own."""


def ask_blocking(path: Path, method: str, params: Any = None) -> Any:
    with blocking.Client(path, timeout=10) as connection:
        return connection.call(method, params)


def ask_async(path: Path, method: str, params: Any = None) -> Any:
    async def ask() -> Any:
        with trio.fail_after(30):
            async with client.connect(path) as connection:
                return await connection.call(method, params)

    return trio.run(ask)


@pytest.fixture(params=[ask_blocking, ask_async], ids=["blocking", "async"])
def ask(request: pytest.FixtureRequest) -> Ask:
    found: Ask = request.param
    return found


@pytest.fixture
def serve(short_path: Path) -> Iterator[Callable[[Answers], AnsweringServer]]:
    servers: list[AnsweringServer] = []

    def start(answers: Answers) -> AnsweringServer:
        servers.append(AnsweringServer(short_path / f"{len(servers)}.sock", answers).__enter__())
        return servers[-1]

    yield start
    for server in servers:
        server.__exit__(None, None, None)


Serve = Callable[[Answers], AnsweringServer]


def test_an_answer_is_the_struct_of_its_method(ask: Ask, serve: Serve) -> None:
    server = serve({"roots": lambda _: Roots(roots=[])})
    assert ask(server.path, "roots", Empty()) == Roots(roots=[])


def test_parameters_may_be_a_struct_a_mapping_or_nothing(ask: Ask, serve: Serve) -> None:
    done = ActionResult(action=None, changed=0, unchanged=0, errors=[])
    server = serve({"saved.delete": lambda _: done, "roots": lambda _: Roots(roots=[])})
    ask(server.path, "saved.delete", NameParams(name="a"))
    ask(server.path, "saved.delete", {"name": "a"})
    ask(server.path, "roots")
    assert [request.params for request in server.requests] == [NameParams(name="a"), NameParams(name="a"), Empty()]


@pytest.mark.parametrize("kind", [errors.NotFound, errors.NotEmpty, errors.Held, errors.Refused, errors.QueryError])
def test_an_error_arrives_as_its_own_class(ask: Ask, serve: Serve, kind: type[errors.UserError]) -> None:
    server = serve({"roots": lambda _: kind("what", hint="do this", position=3)})
    with pytest.raises(kind, match="what") as caught:
        ask(server.path, "roots")
    assert type(caught.value) is kind
    assert (caught.value.hint, caught.value.position) == ("do this", 3)


def test_bad_parameters_name_the_key(ask: Ask, serve: Serve) -> None:
    with pytest.raises(errors.UserError, match="qurey"):
        ask(serve({}).path, "search", {"qurey": "x"})


def test_a_bug_of_the_daemon_is_no_mistake_of_the_user(ask: Ask, serve: Serve) -> None:
    server = serve({"roots": lambda _: KeyError("x")})
    with pytest.raises(errors.DaemonBug, match="KeyError"):
        ask(server.path, "roots")


@pytest.mark.parametrize("line", [b"what?\n", b"[]\n", b'{"id":null,"result":1}\n', b'{"id":1,"result":{"roots":7}}\n'])
def test_an_answer_nobody_understands_is_a_matter_of_versions(ask: Ask, serve: Serve, line: bytes) -> None:
    server = serve({"roots": lambda _: line + b'{"id":null,"error":{"code":-32700,"message":"?"}}\n'})
    with pytest.raises((errors.VersionMismatch, errors.DaemonBug)):
        ask(server.path, "roots")


def test_a_daemon_that_hangs_up_is_away(ask: Ask, serve: Serve) -> None:
    server = serve({"roots": lambda _: None})
    with pytest.raises(errors.DaemonAway) as caught:
        ask(server.path, "roots")
    assert str(server.path) in caught.value.message
    assert caught.value.hint


def test_no_daemon_at_all_is_away(ask: Ask, short_path: Path) -> None:
    with pytest.raises(errors.DaemonAway):
        ask(short_path / "none.sock", "roots")


def test_a_socket_path_too_long_is_said_so(ask: Ask) -> None:
    with pytest.raises(errors.ConfigError, match="bytes long"):
        ask(Path("/tmp") / ("a" * 120), "roots")


def test_a_large_answer_arrives_whole(ask: Ask, serve: Serve) -> None:
    big = {str(number): {"value": "é" * 100, "default": 0, "source": "s"} for number in range(5000)}
    server = serve({"config.show": lambda _: ServerConnection().result(1, ConfigValues(values=big))})  # type: ignore[arg-type]
    assert len(ask(server.path, "config.show").values) == 5000


NEWS = ServerConnection().notify("changed", Changed(topics=["tags"], seq=2))
SUBSCRIBED = ServerConnection().result(1, Subscribed(seq=1))


def test_the_blocking_client_keeps_what_it_is_told_between(serve: Serve) -> None:
    server = serve({"subscribe": lambda _: NEWS + SUBSCRIBED + NEWS})
    with blocking.Client(server.path, timeout=10) as connection:
        assert connection.call("subscribe") == Subscribed(seq=1)
        assert [connection.notification().method for _ in range(2)] == ["changed", "changed"]


def test_a_daemon_that_does_not_answer_in_time_is_away(serve: Serve) -> None:
    server = serve({"roots": lambda _: b""})
    with blocking.Client(server.path, timeout=0.05) as connection, pytest.raises(errors.DaemonAway, match="in time"):
        connection.call("roots")


async def test_the_async_client_hands_on_what_it_is_told(serve: Serve) -> None:
    server = serve({"subscribe": lambda _: NEWS + SUBSCRIBED + NEWS})
    async with client.connect(server.path) as connection:
        assert await connection.call("subscribe") == Subscribed(seq=1)
        for _ in range(2):
            assert (await connection.notifications.receive()).method == "changed"


async def test_many_calls_share_a_connection_and_may_be_answered_in_any_order(serve: Serve) -> None:
    waiting: list[bytes] = []

    def late(params: Any) -> bytes:
        waiting.append(ServerConnection().result(len(waiting) + 1, Listing(hits=[], seq=len(params.ids))))
        return b"" if len(waiting) < 3 else b"".join(reversed(waiting))

    server = serve({"hits": late})
    found: dict[int, int] = {}

    async def ask(connection: client.AsyncClient, count: int) -> None:
        found[count] = (await connection.call("hits", {"ids": ["1"] * count})).seq

    async with client.connect(server.path) as connection, trio.open_nursery() as nursery:
        for count in (1, 2, 3):
            nursery.start_soon(ask, connection, count)
    assert found == {1: 1, 2: 2, 3: 3}


def test_a_daemon_that_works_long_is_waited_for_and_a_frozen_one_is_not(serve: Serve) -> None:
    def slow(_: Any) -> Roots:
        time.sleep(1.2)
        return Roots(roots=[])

    hello = Hello(version="1", protocol=1, generation="g")
    working = serve({"roots": slow, "hello": lambda _: hello})
    with blocking.Client(working.path, timeout=0.5, probe=True) as connection:
        assert connection.call("roots") == Roots(roots=[])
    frozen = serve({"roots": lambda _: b"", "hello": lambda _: b""})
    with (
        blocking.Client(frozen.path, timeout=0.5, probe=True) as connection,
        pytest.raises(errors.DaemonAway, match="did not answer in time"),
    ):
        connection.call("roots")


async def test_a_call_given_up_leaves_the_connection_usable(serve: Serve) -> None:
    server = serve({"hits": lambda _: b"", "roots": lambda _: Roots(roots=[])})
    async with client.connect(server.path) as connection:
        with trio.move_on_after(0.05) as scope:
            await connection.call("hits", {"ids": []})
        assert scope.cancelled_caught
        assert await connection.call("roots") == Roots(roots=[])


async def test_every_pending_call_hears_of_the_loss(serve: Serve) -> None:
    server = serve({"hits": lambda _: b"", "roots": lambda _: None})
    heard: list[str] = []

    async def ask(call: Callable[[], Any]) -> None:
        with pytest.raises(errors.DaemonAway) as caught:
            await call()
        heard.append(caught.value.message)

    async with client.connect(server.path) as connection:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(ask, partial(connection.call, "hits", {"ids": []}))
            await trio.testing.wait_all_tasks_blocked(0.02)
            nursery.start_soon(ask, partial(connection.call, "roots"))
        await ask(partial(connection.call, "roots"))
        with pytest.raises(trio.EndOfChannel):
            await connection.notifications.receive()
    assert len(heard) == 3


async def test_an_error_within_the_connection_is_not_wrapped(serve: Serve) -> None:
    with pytest.raises(ZeroDivisionError):
        async with client.connect(serve({}).path):
            raise ZeroDivisionError
