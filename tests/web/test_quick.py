"""Thumbnails by the shorter way: the same answers as by the usual one, to nobody else, and in their order."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import trio
from hypercorn.config import Config

from support.vault import RunningVault
from support.web import Answer, Web
from vaultipc.messages import WebParams
from vaultweb.app import application
from vaultweb.connections import Connections
from vaultweb.news import News
from vaultweb.serving import served
from vaultweb.session import Sessions, cookie_name
from vaultweb.settings import Settings

OTHER = "http://localhost:5173"
QUICK, USUAL = b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 \r\n"
BROWSERS = (
    "Connection: keep-alive\r\nUser-Agent: Mozilla/5.0\r\nAccept: image/avif,image/webp,*/*;q=0.8\r\n"
    'sec-ch-ua: "Chromium";v="140"\r\nSec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: no-cors\r\n'
)


@pytest.fixture(scope="module")
def web(demo_vault: RunningVault) -> Iterator[Web]:
    """A server that knows another front end."""
    demo_vault.call("config", "set", "web.allowed_origins", f'["{OTHER}"]')
    with Web(demo_vault) as running:
        yield running


@pytest.fixture(scope="module")
def paths(web: Web) -> list[str]:
    hits = web.get("/api/images").json["images"]
    return [f"/thumbnails/{hit['content']}-256.webp" for hit in hits]


class Wire:
    """One connection, and what comes on it."""

    def __init__(self, web: Web) -> None:
        self.socket = socket.create_connection((web.host, web.port), 60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._coming = self.socket.makefile("rb")

    def answer(self, *, bodiless: bool = False) -> tuple[bytes, Answer]:
        """The line that the next answer begins with, and the answer."""
        line = self._coming.readline()
        told: dict[str, str] = {}
        while header := self._coming.readline().rstrip():
            name, _, value = header.decode().partition(": ")
            assert name.lower() not in told
            told[name.lower()] = value
        body = b"" if bodiless else self._coming.read(int(told.get("content-length", "0")))
        return line, Answer(int(line.split()[1]), told, body)

    def close(self) -> None:
        self._coming.close()
        self.socket.close()


@pytest.fixture
def wire(web: Web) -> Iterator[Wire]:
    """One connection."""
    with closing(Wire(web)) as made:
        yield made


def request(web: Web, path: str, *, more: str = "", session: bool = True, method: str = "GET") -> bytes:
    """As a browser writes it."""
    cookie = f"Cookie: {web.cookie()}\r\n" if session else ""
    host = "" if "Host:" in more else f"Host: {web.host}:{web.port}\r\n"
    return f"{method} {path} HTTP/1.1\r\n{host}{BROWSERS}{cookie}{more}\r\n".encode()


def asked(web: Web, sent: bytes) -> tuple[bytes, Answer]:
    with closing(Wire(web)) as wire:
        wire.socket.sendall(sent)
        return wire.answer()


def test_the_shorter_way_gives_the_same_answer(web: Web, paths: list[str]) -> None:
    for path in (paths[0], paths[0].replace("256.webp", "512.jpg")):
        for _ in range(2):  # made now, and remembered
            way, quick = asked(web, request(web, path))
            usual_way, usual = asked(web, request(web, path, more="X-Other: 1\r\n"))
            assert (way, usual_way) == (QUICK, USUAL)
            assert quick.body == usual.body
            assert quick.headers.keys() == usual.headers.keys()
            assert {**quick.headers, "date": ""} == {**usual.headers, "date": ""}


@pytest.mark.parametrize("encoding", ["", "Accept-Encoding: gzip, deflate, br\r\n"])
def test_scripts_and_styles_go_the_shorter_way_too(web: Web, encoding: str) -> None:
    page = web.bare("GET", "/", headers={"Cookie": web.cookie()}).body.decode()
    names = re.findall(r'(?:src|href)="(/assets/[^"]+)"', page)
    assert len(names) > 1
    for name in names:
        way, quick = asked(web, request(web, name, more=encoding))
        usual_way, usual = asked(web, request(web, name, more=f"X-Other: 1\r\n{encoding}"))
        assert (way, usual_way) == (QUICK, USUAL)
        assert quick.body == usual.body
        assert {**quick.headers, "date": ""} == {**usual.headers, "date": ""}
    for name in ("/assets/none.js", "/assets/..%2findex.html", "/assets/../index.html", "/assets/.x"):
        assert asked(web, request(web, name))[1].status == 404


@pytest.mark.parametrize(
    ("more", "session", "status"),
    [
        ("", False, 401),
        ("Authorization: Bearer x\r\n", False, 401),
        ("Cookie: vvault-1=9999999999.00\r\n", False, 401),
        ("Host: evil.example\r\n", True, 421),
        ("Host: 127.0.0.1:1\r\n", True, 421),
        ("Sec-Fetch-Site: cross-site\r\n", True, 403),
        ("Origin: http://evil.example\r\n", True, 403),
        (f"Origin: {OTHER}\r\n", True, 401),
        ("Range: bytes=0-1\r\n", True, 200),
        ("Content-Length: 0\r\n", True, 200),
    ],
)  # fmt: skip
def test_the_shorter_way_lets_in_nobody_whom_the_usual_one_does_not(
    web: Web, paths: list[str], more: str, session: bool, status: int
) -> None:
    assert asked(web, request(web, paths[0]))[0] == QUICK
    sent = request(web, paths[0], more=more, session=session)
    if "Sec-Fetch-Site" in more:
        sent = sent.replace(b"Sec-Fetch-Site: same-origin\r\n", b"")
    for _ in range(2):  # what was once looked at is remembered
        way, answer = asked(web, sent)
        assert answer.status == status
        assert way != QUICK


def test_two_hosts_in_one_request_are_refused(web: Web, paths: list[str]) -> None:
    sent = request(web, paths[0]).replace(b"Connection:", b"Host: evil.example\r\nConnection:", 1)
    assert asked(web, sent)[1].status in (400, 421)


def test_what_is_known_already_is_not_sent_again(web: Web, paths: list[str], wire: Wire) -> None:
    wire.socket.sendall(request(web, paths[0]))
    etag = wire.answer()[1].headers["etag"]
    wire.socket.sendall(request(web, paths[0], more=f"If-None-Match: {etag}\r\n"))
    assert wire.answer()[1].status == 304
    wire.socket.sendall(request(web, paths[0], method="HEAD"))
    head = wire.answer(bodiless=True)[1]
    assert (head.status, head.body) == (200, b"")
    wire.socket.sendall(request(web, paths[0]))
    assert wire.answer()[0] == QUICK


def test_a_content_that_nobody_knows_is_the_usual_problem(web: Web, wire: Wire) -> None:
    for _ in range(2):
        wire.socket.sendall(request(web, "/thumbnails/0123456789abcdef-256.webp"))
        answer = wire.answer()[1]
        assert (answer.status, answer.headers["content-type"]) == (404, "application/problem+json")


def test_requests_that_are_sent_at_once_are_answered_in_their_order(web: Web, paths: list[str], wire: Wire) -> None:
    api, thumbnail = request(web, "/api/status"), request(web, paths[0])
    for parts in ([api + thumbnail + thumbnail + api], [api, thumbnail, thumbnail, api], [thumbnail + api, thumbnail]):
        for part in parts:
            wire.socket.sendall(part)
        wanted = b"".join(parts).split(b"GET ")[1:]
        kinds = [wire.answer()[1].headers["content-type"] for _ in wanted]
        assert kinds == ["application/json" if line.startswith(b"/api") else "image/webp" for line in wanted]


def test_a_request_may_come_in_any_pieces(web: Web, paths: list[str], wire: Wire) -> None:
    sent = request(web, paths[1])
    expected = web.get(paths[1]).body
    for end in (1, 30, len(sent) - 3, len(sent) - 1):
        wire.socket.sendall(sent[:end])
        os.sched_yield()
        wire.socket.sendall(sent[end:])
        assert wire.answer()[1].body == expected


def test_a_connection_is_idle_when_nothing_is_asked_and_not_before(
    demo_vault: RunningVault, web: Web, paths: list[str]
) -> None:
    config = Config()
    config.keep_alive_timeout = 1
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setblocking(False)
    port = listener.getsockname()[1]
    sessions, news, ending = Sessions("x" * 32), News(), trio.Event()
    settings = Settings(socket=Path(demo_vault.socket), port=port)
    connections = Connections(settings.socket, news, WebParams(url=f"http://127.0.0.1:{port}/", pid=os.getpid()))
    app, quick = application(settings, sessions, connections, news)
    cookie = f"Cookie: {cookie_name(port)}={sessions.use(sessions.link())}\r\n"
    sent = f"GET {paths[0]} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{cookie}\r\n".encode()

    async def busy_then_idle() -> None:
        stream = await trio.open_tcp_stream("127.0.0.1", port)
        async with stream:
            for _ in range(6):
                await stream.send_all(sent)
                body = await stream.receive_some()
                assert body.startswith(QUICK)
                length = int(body.partition(b"content-length: ")[2].partition(b"\r\n")[0])
                while len(body.partition(b"\r\n\r\n")[2]) < length:
                    body += await stream.receive_some()
                await trio.sleep(0.4)
            with trio.fail_after(30):
                assert await stream.receive_some() == b""

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            await nursery.start(connections.serve)
            await nursery.start(served, app, quick, config, listener, ending.wait)
            await busy_then_idle()
            nursery.cancel_scope.cancel()

    trio.run(main)
