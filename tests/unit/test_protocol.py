"""The protocol's answers to the lines that people and programs get wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest

from vaultipc.errors import DaemonBug, UserError, VersionMismatch
from vaultipc.messages import Changed, SearchParams
from vaultipc.protocol import BadLine, ClientConnection, Failure, Notification, Request, Response, ServerConnection


def only_error(line: bytes) -> dict[str, Any]:
    [event] = ServerConnection().receive(line + b"\n")
    assert isinstance(event, BadLine)
    told: dict[str, Any] = json.loads(event.response)
    assert not event.fatal
    return {"id": told["id"], **told["error"]}


@pytest.mark.parametrize(
    ("line", "code", "request_id"),
    [
        (b"hello", -32700, None),
        (b"\xff\xfe", -32700, None),
        (b'{"id":1,', -32700, None),
        (b"[" * 100_000, -32700, None),
        (b"1", -32600, None),
        (b"null", -32600, None),
        (b'[{"id":1,"method":"status"}]', -32600, None),
        (b'{"id":1.5,"method":"status"}', -32600, None),
        (b'{"id":[],"method":"status"}', -32600, None),
        (b'{"id":1}', -32600, 1),
        (b'{"id":"a","method":7}', -32600, "a"),
        (b'{"id":1,"method":"dance"}', -32601, 1),
        (b'{"id":1,"method":"search","params":{"qurey":"x"}}', -32602, 1),
        (b'{"id":1,"method":"search","params":{"limit":-1}}', -32602, 1),
        (b'{"id":1,"method":"search","params":["red car"]}', -32602, 1),
        (b'{"id":1,"method":"explain","params":{}}', -32602, 1),
        (b'{"id":null,"method":"dance"}', -32601, None),
    ],
)
def test_a_bad_line_gets_the_code_of_the_standard(line: bytes, code: int, request_id: object) -> None:
    told = only_error(line)
    assert (told["code"], told["id"]) == (code, request_id)


@pytest.mark.parametrize(
    ("params", "key"), [(b'{"qurey":1}', "qurey"), (b'{"limit":"many"}', "limit"), (b'{"level":"lose"}', "level")]
)
def test_bad_parameters_are_named(params: bytes, key: str) -> None:
    told = only_error(b'{"id":1,"method":"search","params":' + params + b"}")
    assert key in told["message"]
    assert "query, level" in told["data"]["hint"]


def test_the_connection_lives_on_after_bad_lines() -> None:
    connection = ServerConnection()
    events = connection.receive(b'nonsense\n\n  \r\n{"id":1,"method":"dance"}\n{"id":2,"method":"search"}\r\n')
    assert [type(event) for event in events] == [BadLine, BadLine, Request]
    assert events[2] == Request(2, "search", SearchParams())


def test_a_notification_is_read_and_never_answered() -> None:
    connection = ServerConnection()
    assert connection.receive(b'{"method":"dance"}\n{"method":"search","params":{"x":1}}\n') == []
    assert connection.receive(b'{"method":"search"}\n') == [Request(None, "search", SearchParams(), silent=True)]


def test_a_last_line_without_newline_counts_when_the_client_is_done() -> None:
    connection = ServerConnection()
    assert connection.receive(b'{"id":1,"method":"search"}') == []
    assert connection.receive_end() == [Request(1, "search", SearchParams())]


def test_a_line_over_the_limit_is_refused_and_ends_the_connection() -> None:
    connection = ServerConnection(limit=100)
    [event] = connection.receive(b"[" + b" " * 100)
    assert isinstance(event, BadLine)
    assert event.fatal
    assert json.loads(event.response)["error"]["code"] == 1004


def test_a_bug_is_told_without_a_class() -> None:
    [event] = ClientConnection().receive(ServerConnection().error(1, KeyError("x")))
    assert isinstance(event, Failure)
    assert isinstance(event.error, DaemonBug)


def test_an_error_with_a_broken_file_name_can_be_told() -> None:
    line = ServerConnection().error(1, UserError("no such file: a\udcff"))
    assert json.loads(line)["error"]["message"] == "no such file: a\N{REPLACEMENT CHARACTER}"


def test_an_unknown_method_at_the_daemon_is_a_matter_of_versions() -> None:
    [bad] = ServerConnection().receive(b'{"id":3,"method":"dance"}\n')
    assert isinstance(bad, BadLine)
    [event] = ClientConnection().receive(bad.response)
    assert isinstance(event, Failure)
    assert isinstance(event.error, VersionMismatch)


def test_notifications_stand_between_answers() -> None:
    server = ServerConnection()
    stream = server.notify("changed", Changed(topics=["tags"], seq=4)) + server.result(1, SearchParams())
    told, answer = ClientConnection().receive(stream)
    assert told == Notification("changed", b'{"topics":["tags"],"seq":4}')
    assert isinstance(answer, Response)
