"""The server ends, whatever is under way, and the next one knows who was let in. None of it needs a daemon."""

from __future__ import annotations

import signal
import socket
from contextlib import closing

from support.vault import RunningVault
from support.web import Web


def test_a_session_outlives_the_server_that_began_it(vault: RunningVault) -> None:
    with Web(vault) as first:
        cookie = {"Cookie": first.cookie()}
        assert first.stop() == 0
    with Web(vault, "--port", str(first.port)) as second:
        assert second.bare("GET", "/api/openapi.json", headers=cookie).status == 200


def test_a_new_token_ends_every_session(vault: RunningVault) -> None:
    with Web(vault) as first:
        cookie = {"Cookie": first.cookie()}
    vault.socket.with_name("web-token").unlink()
    with Web(vault, "--port", str(first.port)) as second:
        assert second.bare("GET", "/api/openapi.json", headers=cookie).status == 401


def test_streams_end_when_the_server_does(vault: RunningVault) -> None:
    with Web(vault) as web, closing(web.connection()) as connection:
        connection.request("GET", "/api/events", headers={"Authorization": f"Bearer {web.token}"})
        answer = connection.getresponse()
        assert answer.readline().startswith(b"retry: ")
        assert web.stop() == 0
        rest = answer.read()
        assert b"event: away" in rest
        assert b"event: change" not in rest


def test_who_does_not_read_keeps_no_server_from_ending(vault: RunningVault) -> None:
    with Web(vault) as web, closing(socket.socket()) as wire:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        wire.connect((web.host, web.port))
        told = f"Host: {web.host}:{web.port}\r\nAuthorization: Bearer {web.token}\r\n\r\n"
        wire.sendall(f"GET /api/openapi.json HTTP/1.1\r\n{told}".encode() * 100)
        wire.recv(1)
        assert web.stop() in (0, -signal.SIGALRM)
