"""Whatever bytes come, and however they are cut, the protocol answers in kind and never raises."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaultipc import codec, errors
from vaultipc.messages import METHODS, Roots, SearchParams, WaitParams
from vaultipc.protocol import BadLine, ClientConnection, Failure, Notification, Request, Response, ServerConnection

LIMIT = 400
CODES = {-32700, -32600, -32601, -32602, 1004}

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)
nearly_requests = st.fixed_dictionaries(
    {},
    optional={
        "jsonrpc": st.just("2.0"),
        "id": scalars | values,
        "method": st.sampled_from(sorted(METHODS)) | scalars,
        "params": values | st.fixed_dictionaries({"query": scalars}, optional={"limit": scalars, "level": scalars}),
    },
)
lines = st.one_of(
    st.binary(max_size=200).map(lambda line: line.replace(b"\n", b"")),
    values.map(lambda value: json.dumps(value).encode()),
    nearly_requests.map(lambda value: json.dumps(value).encode()),
    nearly_requests.map(lambda value: json.dumps(value, ensure_ascii=False).encode(errors="surrogatepass")[:-1]),
    st.integers(1, 2000).map(lambda depth: b"[" * depth),
    st.integers(1, 2000).map(lambda depth: b'{"id":1,"method":"search","params":' + b'{"a":' * depth),
)
streams = st.lists(lines, max_size=6).map(b"\n".join)


def pieces(stream: bytes, cuts: list[int]) -> Iterator[bytes]:
    places = sorted({min(cut, len(stream)) for cut in cuts} | {0, len(stream)})
    yield from (stream[start:end] for start, end in pairwise(places))


@given(stream=streams, limit=st.sampled_from([LIMIT, codec.SERVER_LINE_LIMIT]))
def test_any_bytes_give_requests_or_json_rpc_errors(stream: bytes, limit: int) -> None:
    connection = ServerConnection(limit=limit)
    for event in connection.receive(stream) + connection.receive_end():
        if isinstance(event, Request):
            assert isinstance(event.params, METHODS[event.method][0])
        else:
            assert event.response.count(b"\n") == 1
            told = json.loads(event.response)
            assert told["error"]["code"] in CODES
            assert told["error"]["message"]
            assert "id" in told


@given(stream=streams, cuts=st.lists(st.integers(0, 3000), max_size=20), limit=st.sampled_from([LIMIT, 10**6]))
def test_how_the_bytes_are_cut_makes_no_difference(stream: bytes, cuts: list[int], limit: int) -> None:
    whole, cut = ServerConnection(limit=limit), ServerConnection(limit=limit)
    expected = whole.receive(stream) + whole.receive_end()
    events = [event for piece in pieces(stream, cuts) for event in cut.receive(piece)] + cut.receive_end()
    assert events == expected


@given(stream=streams, cuts=st.lists(st.integers(0, 3000), max_size=20), limit=st.sampled_from([LIMIT, 10**6]))
def test_a_client_makes_events_of_any_bytes_however_cut(stream: bytes, cuts: list[int], limit: int) -> None:
    whole, cut = ClientConnection(limit), ClientConnection(limit)
    expected = whole.receive(stream + b"\n")
    events = [event for piece in pieces(stream + b"\n", cuts) for event in cut.receive(piece)]
    assert [type(event) for event in events] == [type(event) for event in expected]
    assert all(isinstance(event, Response | Failure | Notification) for event in events)


@given(query=st.text(), limit=st.integers(0, 2**53), timeout=st.floats(0, 1e9))
def test_what_a_client_asks_is_what_the_server_reads(query: str, limit: int, timeout: float) -> None:
    client, server = ClientConnection(), ServerConnection()
    sent = [SearchParams(query=query, limit=limit), WaitParams(timeout=timeout)]
    line = b"".join(client.request(method, params)[1] for method, params in zip(("search", "wait"), sent, strict=True))
    assert [event.params for event in server.receive(line) if isinstance(event, Request)] == sent


@given(
    kind=st.sampled_from(sorted(codec.KINDS)),
    message=st.text(),
    hint=st.text(),
    position=st.none() | st.integers(0, 10**6),
)
def test_an_error_arrives_as_what_it_was(kind: str, message: str, hint: str, position: int | None) -> None:
    line = ServerConnection().error(7, codec.KINDS[kind](message, hint=hint, position=position))
    [failure] = ClientConnection().receive(line)
    assert isinstance(failure, Failure)
    assert failure.id == 7
    assert isinstance(failure.error, errors.UserError)
    assert type(failure.error) is codec.KINDS[kind]
    assert (failure.error.message, failure.error.hint, failure.error.position) == (message, hint, position)


@given(path=st.binary(max_size=60))
def test_a_path_arrives_byte_for_byte(path: bytes) -> None:
    text, encoded = codec.display(path)
    if b"\0" in path:  # no file has such a name
        with pytest.raises(errors.UserError, match="zero byte"):
            codec.exact(text, encoded)
    else:
        assert codec.exact(text, encoded) == path
    assert msgspec.json.decode(msgspec.json.encode(text)) == text


@given(request_id=st.none() | st.integers(-(2**63), 2**63 - 1) | st.text())
def test_a_result_answers_the_id_that_asked(request_id: int | str | None) -> None:
    [event] = ClientConnection().receive(ServerConnection().result(request_id, Roots(roots=[])))
    assert event == Response(request_id, b'{"roots":[]}')


def test_a_fatal_error_is_the_last_event() -> None:
    connection = ServerConnection(limit=10)
    assert [event.fatal for event in connection.receive(b"x" * 11) if isinstance(event, BadLine)] == [True]
    assert connection.receive(b'\n{"id":1,"method":"status"}\n') == []
