"""The daemon's socket as a stranger's program sees it: raw lines, half-closed connections, subscriptions."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from support.vault import RunningVault, eventually

OTHER_USER = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningVault]:
    with RunningVault(tmp_path_factory.mktemp("s")) as running:
        Image.new("RGB", (64, 48), "red").save(running.pictures / "one.png")
        Image.new("RGB", (64, 48), "blue").save(running.pictures / "two.png")
        running.start()
        running.call("add", running.pictures)
        running.settle()
        yield running


@pytest.fixture
def wire(vault: RunningVault) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(20)
        connection.connect(str(vault.socket))
        yield connection


def _request(request_id: int, method: str, **params: Any) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": request_id, "method": method, "params": params}).encode() + b"\n"


def _lines(wire: socket.socket, count: int) -> list[dict[str, Any]]:
    with wire.makefile("rb") as reader:
        return [json.loads(reader.readline()) for _ in range(count)]


def test_a_half_closed_connection_is_answered_in_full_then_closed(wire: socket.socket) -> None:
    wire.sendall(b"".join(_request(n, "search", query="width:>0") for n in range(20)))
    wire.shutdown(socket.SHUT_WR)
    with wire.makefile("rb") as reader:
        answers = [json.loads(line) for line in reader]
    assert sorted(answer["id"] for answer in answers) == list(range(20))
    assert all(answer["result"]["total"] == 2 for answer in answers)


def test_the_documented_netcat_line_prints_one_line_and_ends(vault: RunningVault) -> None:
    line = r"""printf '{"jsonrpc":"2.0","id":1,"method":"search","params":{"query":"red car"}}\n' | nc -NU "$SOCKET" """
    done = subprocess.run(
        ["sh", "-c", line], env={**os.environ, "SOCKET": str(vault.socket)}, capture_output=True, timeout=20, check=True
    )
    assert done.stdout.count(b"\n") == 1
    assert json.loads(done.stdout)["result"]["canonical"] == "red car"


def test_a_line_that_is_no_request_gets_an_error_and_the_connection_lives_on(wire: socket.socket) -> None:
    wire.sendall(b"what is this\n" + _request(2, "fly") + _request(3, "search", wings=2) + _request(4, "status"))
    answers = {answer["id"]: answer for answer in _lines(wire, 4)}
    assert [answers[n]["error"]["code"] for n in (None, 2, 3)] == [-32700, -32601, -32602]
    assert answers[4]["result"]["images"] == 2


def test_a_line_over_the_limit_is_refused_and_others_are_served(vault: RunningVault, wire: socket.socket) -> None:
    # The daemon hangs up while we are still sending, as it may.
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        wire.sendall(b"x" * (20 * 1024 * 1024))
    assert vault.call("status")["images"] == 2


def test_a_subscriber_hears_of_a_tag_and_of_nothing_else(vault: RunningVault, wire: socket.socket) -> None:
    wire.sendall(_request(1, "subscribe", topics=["tags"]))
    (answer,) = _lines(wire, 1)
    vault.call("tag", "heard", vault.pictures / "one.png")
    (news,) = _lines(wire, 1)
    assert news["method"] == "changed"
    assert news["params"]["topics"] == ["tags"]
    assert news["params"]["seq"] > answer["result"]["seq"]
    assert "id" not in news


def test_a_mount_is_listed_while_its_connection_lasts(vault: RunningVault) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.connect(str(vault.socket))
        connection.sendall(_request(1, "mount", path="/somewhere", backend="test", entries="symlink", pid=1))
        (welcome,) = _lines(connection, 1)
        assert Path(welcome["result"]["holding"]).is_dir()
        assert [mount["path"] for mount in vault.call("status")["mounts"]] == ["/somewhere"]
    eventually(lambda: vault.call("status")["mounts"] == [], "the mount is listed no more")


def test_a_web_page_is_told_of_while_its_connection_lasts(vault: RunningVault) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.connect(str(vault.socket))
        connection.sendall(_request(1, "web.register", url="http://127.0.0.1:7777/", pid=7))
        assert _lines(connection, 1)[0]["result"]["library"]
        assert vault.call("status")["web"] == {"url": "http://127.0.0.1:7777/", "pid": "7"}
    eventually(lambda: "web" not in vault.call("status"), "the web page is told of no more")


def test_a_client_that_leaves_before_its_answer_disturbs_nobody(vault: RunningVault) -> None:
    for _ in range(20):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.connect(str(vault.socket))
            connection.sendall(_request(1, "search", query="something long gone"))
    assert vault.call("status")["images"] == 2
    assert "Traceback" not in vault.log("daemon")


def test_the_socket_and_the_catalog_are_for_their_owner_alone(vault: RunningVault) -> None:
    data = vault.home / ".local/share/visionary-vault"
    assert oct(vault.socket.stat().st_mode & 0o777) == "0o600"
    assert oct(vault.socket.parent.stat().st_mode & 0o777) == "0o700"
    assert [file.name for file in data.iterdir() if file.is_file() and file.stat().st_mode & 0o077] == []


@pytest.mark.expects_log("refused a connection of another user")
@pytest.mark.skipif(os.getuid() != 0, reason="only root can act as another user")
def test_another_user_is_not_served_even_where_the_socket_can_be_reached(vault: RunningVault) -> None:
    stranger = (
        "import os, socket, sys; link = socket.socket(socket.AF_UNIX); link.connect(sys.argv[1]);"
        'link.sendall(b\'{"jsonrpc":"2.0","id":1,"method":"status"}\\n\'); print(len(link.recv(100)))'
    )
    opened = [folder for folder in vault.socket.parents if folder.stat().st_mode & 0o005 != 0o005]
    modes = {path: path.stat().st_mode & 0o7777 for path in [*opened, vault.socket]}
    try:
        for path, mode in modes.items():
            path.chmod(mode | 0o007)
        done = subprocess.run(
            [*OTHER_USER, "/usr/bin/python3", "-c", stranger, str(vault.socket)],
            capture_output=True,
            timeout=20,
            check=False,
        )
    finally:
        for path, mode in modes.items():
            path.chmod(mode)
    hung_up = b"ConnectionResetError" in done.stderr or b"BrokenPipeError" in done.stderr
    assert done.stdout.strip() == b"0" or hung_up
    assert "another user" in vault.log("daemon")


def test_a_client_that_gave_up_paths_can_neither_name_nor_keep_one(vault: RunningVault, wire: socket.socket) -> None:
    picture = vault.pictures / "one.png"
    wire.sendall(_request(1, "hello", paths=False))
    assert "result" in _lines(wire, 1)[0]
    asked = [
        _request(2, "hello"),  # nothing gives them back
        _request(3, "search", query=f"like:{picture}"),
        _request(4, "similar", image=str(picture)),
        _request(5, "image", image=str(picture)),
        _request(6, "save", name="kept", query=f"red OR like:{picture}"),
        _request(7, "edit", images=[str(picture)], caption="seen"),
        _request(8, "search", query="like:one.png"),
    ]
    answers = {}
    for line in asked:
        wire.sendall(line)
        answer = _lines(wire, 1)[0]
        answers[answer["id"]] = answer
    assert all("cannot be named by path" in answers[n]["error"]["message"] for n in (3, 4, 5, 6, 7))
    assert answers[8]["result"]["hits"]
    assert vault.call("image", picture)["texts"] == []
