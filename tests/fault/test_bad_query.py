"""Questions that nobody should ask: each gets a clear error or a defined answer at once, and others are served
meanwhile.

Each is asked of a real daemon while a neighbour keeps asking an ordinary question, whose answers must not be held up.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from support.vault import RunningVault
from vaultd.demo.library import Written
from vaultipc.blocking import Client
from vaultipc.errors import EXIT_USAGE, NotFound, QueryError, Refused, UserError

pytestmark = pytest.mark.timeout(180)

WITHIN_S = 5.0
"""An answer or an error is there by then, on a machine whose two cores are shared with other tests."""
NEIGHBOUR_WITHIN_S = 2.0
PICTURES = 5


@pytest.fixture(scope="module")
def vault(demo: Written) -> Iterator[RunningVault]:
    """A few pictures that are read, beside files that hold none."""
    with RunningVault(Path(tempfile.mkdtemp(prefix="q"))) as running:
        for picture in [path for path in sorted(demo.dir.rglob("*.jpg")) if path.stat().st_size > 5000][:PICTURES]:
            shutil.copy(picture, running.pictures)
        aside = running.home / "aside"
        aside.mkdir()
        content = next(running.pictures.iterdir()).read_bytes()
        (aside / "broken.jpg").write_bytes(content[: len(content) // 3])
        (aside / "empty.jpg").touch()
        (aside / "closed.jpg").write_bytes(content)
        (aside / "closed.jpg").chmod(0)
        (aside / "loop.jpg").symlink_to("loop.jpg")
        os.mkfifo(aside / "pipe.jpg")
        with (aside / "enormous.jpg").open("wb") as sparse:
            sparse.write(content[:100])
            sparse.truncate(1 << 40)
        running.start()
        running.call("add", running.pictures)
        running.settle()
        if os.access("/dev/fuse", os.R_OK | os.W_OK):
            running.mount()
        yield running


@contextmanager
def neighbour(vault: RunningVault) -> Iterator[None]:
    """Somebody who asks all the while, and always gets an answer in time."""
    ended, waited, failed = threading.Event(), list[float](), list[Exception]()

    def ask() -> None:
        try:
            with Client(vault.socket, 60.0) as client:
                while not waited or not ended.wait(0.02):
                    began = time.monotonic()
                    assert client.call("search", {"query": "type:jpeg"}).total == PICTURES
                    waited.append(time.monotonic() - began)
        except Exception as error:
            failed.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
    assert not failed
    assert max(waited) < NEIGHBOUR_WITHIN_S


def ask(vault: RunningVault, query: str, **params: Any) -> Any:
    """The answer to a search, which comes in time while a neighbour asks too."""
    with neighbour(vault), Client(vault.socket, 60.0) as client:
        began = time.monotonic()
        try:
            return client.call("search", {"query": query, **params})
        finally:
            assert time.monotonic() - began < WITHIN_S


@pytest.mark.parametrize(
    ("query", "position"),
    [
        ("word " * 10_000, None),
        ("x" * 9_999_999, None),
        ("é" * 6_000, None),
        ("w " * 1_000, None),
        (" OR ".join(f"w{i}" for i in range(1_000)), None),
        (" OR ".join(f"w{i}" for i in range(256)), None),
        (" + ".join(f"w{i}" for i in range(256)), None),
        (" ".join(f"-w{i}" for i in range(256)), None),
        ("(" * 1_000 + "dog" + ")" * 1_000, 32),
        ("-(" * 1_000 + "dog" + ")" * 1_000, 65),
        ("bell \a", 5),
        ("nul \0", 4),
        ("escape \x1b[2J", 7),
        ("limit:1000000000", 6),
        ("limit:" + "9" * 5_000, 6),
        ("limit:-1", 6),
        ("date:2023-02-30", 5),
        ("date:2023-13", 5),
        ("dog after:0000-00-00", 10),
        ("date:99999", 5),
        ("date:2023-05..2022", 5),
        ('date:"last 99999999999 days"', 6),
        ("camra:nikon", 0),
        ("c" * 5_000 + ":nikon", 0),
        ("width:1e9", 6),
        ("size:>nan", 6),
        ("rating:6", 7),
        ("1000000000:dog", 0),
        ("nan:dog", 0),
        ("inf:dog", 0),
        ("0:dog", 0),
        ("2:", 0),
        ("()", 0),
        ("dog (", 4),
        ("dog )", 4),
        ('""', 0),
        ('"dog', 0),
        ("dog OR", 4),
        ("OR dog", 0),
        ("--dog", 0),
        ("tag:", 0),
        ("tag:a//b", 4),
        ("dog -(", None),
        ("dog +", None),
        ("sort:nonsense", 5),
        ("sort:date sort:name", 10),
    ],
    ids=lambda value: value[:20].encode("unicode_escape").decode() if isinstance(value, str) else "",
)
def test_a_query_that_says_nothing_sensible_is_refused_at_once(
    vault: RunningVault, query: str, position: int | None
) -> None:
    with pytest.raises(QueryError) as caught:
        ask(vault, query)
    assert len(str(caught.value)) < 500
    assert position is None or caught.value.position == position


@pytest.mark.parametrize(
    "query",
    [
        "",
        " \t\n ",
        "🐶" * 500,
        "x" * 9_000,
        " ".join(f"w{i}" for i in range(256)),
        " OR ".join(f"w{i}" for i in range(64)),
        " ".join(f"-w{i}" for i in range(64)),
        " + ".join(f"w{i}" for i in range(64)),
        " OR ".join(f"tag:t{i}" for i in range(256)),
        "(" * 32 + "dog" + ")" * 32,
        "-(" * 32 + "dog" + ")" * 32,
        "name:" + "*a" * 200,
        "name:" + "?" * 400,
        'name:"(a+)+$"',
        'name:"' + "[a-z]*" * 60 + '!"',
        'path:"' + "*[!x]" * 80 + '"',
        "path:[" + "a" * 400,
        'caption:"' + "a*" * 200 + 'b"',
        'seed:"' + "*0*1" * 80 + '"',
        'prompt:"(a|a)*$"',
        "auto:" + "x" * 400,
        "tag:" + "/".join("x" * 100),
        "camera:\u200b",
        '"!?"',
        "100:dog - 100:cat",
        "-dog",
        "\U0010ffff \ufeff\u202e dog",
    ],
    ids=lambda query: query[:20].encode("unicode_escape").decode(),
)
def test_a_query_that_asks_for_much_or_nothing_is_answered_in_time(vault: RunningVault, query: str) -> None:
    assert 0 <= ask(vault, query).total <= PICTURES


@pytest.mark.parametrize(
    ("params", "shown"),
    [({"limit": 10**18}, PICTURES), ({"offset": 10**18}, 0), ({"offset": 3, "limit": 1}, 1), ({"limit": 0}, 0)],
)
def test_a_page_beyond_the_end_is_empty(vault: RunningVault, params: dict[str, int], shown: int) -> None:
    answer = ask(vault, "type:jpeg", **params)
    assert (answer.total, len(answer.hits)) == (PICTURES, shown)


@pytest.mark.parametrize("params", [{"limit": -1}, {"offset": 1.5}, {"limit": 1e400}, {"lvl": 1}, {"level": "wild"}])
def test_parameters_that_are_none_are_refused(vault: RunningVault, params: dict[str, Any]) -> None:
    answer = _lines(vault, json.dumps(_request("type:jpeg", **params)).encode() + b"\n")
    assert answer[0]["error"]["code"] in (-32602, -32700)


def test_an_order_that_is_none_is_refused(vault: RunningVault) -> None:
    with pytest.raises(QueryError):
        ask(vault, "dog", sort="nonsense")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("missing.jpg", NotFound),
        ("loop.jpg", UserError),
        ("broken.jpg", Refused),
        ("empty.jpg", Refused),
        ("pipe.jpg", Refused),
        (".", Refused),
        ("../../../../../../../../dev/zero", Refused),
        ("x" * 300, NotFound),
        ("enormous.jpg", Refused),
        pytest.param(
            "closed.jpg", UserError, marks=pytest.mark.skipif(os.getuid() == 0, reason="root may read every file")
        ),
    ],
)
@pytest.mark.parametrize("form", ["like:{}", "like:{} + snow", "dog -like:{}"])
def test_a_like_of_what_is_no_picture_is_refused(
    vault: RunningVault, name: str, kind: type[UserError], form: str
) -> None:
    path = os.path.normpath(vault.home / "aside" / name)
    with pytest.raises(kind):
        ask(vault, form.format(path))


@pytest.mark.parametrize("image", ["99999999999999999999999", "nobody.jpg", "~nobody/x.jpg", "//", "\u202e"])
def test_a_like_of_nothing_is_not_found(vault: RunningVault, image: str) -> None:
    with pytest.raises(UserError):
        ask(vault, f"like:{image}")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b'{"jsonrpc":"2.0","id":1,"method":"search","params":{"query":"\xff\xfe"}}\n', -32602),
        (b'{"jsonrpc":"2.0","id":1,"method":"search","params":{"query":"\\ud800"}}\n', -32700),
        (b"\0\n", -32700),
        (b"[" * 100_000 + b"\n", -32700),
        (b'{"jsonrpc":"2.0","id":1,"method":"search","params":{"query":' + b"9" * 10_000_000 + b"}}\n", None),
        (b'{"jsonrpc":"2.0","id":1,"method":"search","params":{"query":"' + b"a" * 10_000_000 + b'"}}\n', 1001),
    ],
    ids=["no UTF-8", "half a character", "nul", "deep", "long number", "long"],
)
def test_a_line_that_is_no_question_gets_an_error_and_the_connection_lives_on(
    vault: RunningVault, line: bytes, code: int | None
) -> None:
    with neighbour(vault):
        bad, good = _lines(vault, line + json.dumps(_request("type:jpeg")).encode() + b"\n", 2)
    assert "error" in bad
    assert code is None or bad["error"]["code"] == code
    assert good["result"]["total"] == PICTURES


def test_a_line_that_never_ends_is_hung_up_on(vault: RunningVault) -> None:
    with neighbour(vault):
        [answer] = _lines(vault, b"a" * (17 << 20))
    assert answer["error"]["code"] == 1004


def test_many_long_questions_at_once_hold_up_nobody(vault: RunningVault) -> None:
    many = " OR ".join(f"word{i}" for i in range(63))
    lines = b"".join(json.dumps(_request(f"{many} OR last{i}", id=i)).encode() + b"\n" for i in range(16))
    with neighbour(vault):
        answers = _lines(vault, lines, 16)
    assert {answer["id"] for answer in answers} == set(range(16))


@pytest.mark.parametrize("text", ["(" * 5_000, '"' * 9_999, "2:" * 4_999, "tag:" + "a" * 9_000, "\0", "é" * 4_000])
def test_completing_nonsense_proposes_something_or_nothing_in_time(vault: RunningVault, text: str) -> None:
    with neighbour(vault), Client(vault.socket, 60.0) as client:
        began = time.monotonic()
        answer = client.call("complete", {"text": text, "limit": 10**9})
        assert time.monotonic() - began < WITHIN_S
    assert 0 <= answer.start <= len(text)


@pytest.mark.fuse
def test_a_question_of_255_bytes_is_a_folder(vault: RunningVault) -> None:
    with neighbour(vault):
        assert vault.listing("search/" + "type:jpeg " + "-x" * 122 + "x") == vault.listing("search/type:jpeg")
        assert vault.listing("search/name:" + "*a" * 125) == []
        for nonsense in ("(" * 255, "date:" + "9" * 250):
            with pytest.raises(OSError, match="Invalid argument"):
                vault.listing(f"search/{nonsense}")


def test_the_command_line_says_where_a_query_is_wrong(vault: RunningVault) -> None:
    told = vault.call("search", "dog", "camra:nikon", expect=EXIT_USAGE)["error"]
    assert "camera" in told["message"] + told["hint"]
    assert told["position"] == 4


def _request(query: str, id: int = 2, **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": id, "method": "search", "params": {"query": query, **params}}


def _lines(vault: RunningVault, data: bytes, count: int = 1) -> list[Any]:
    """The first lines that the daemon answers to these bytes."""
    with socket.socket(socket.AF_UNIX) as plain:
        plain.settimeout(60)
        plain.connect(str(vault.socket))
        sender = threading.Thread(target=_send, args=(plain, data))
        sender.start()
        with plain.makefile("rb") as answers:
            found = [json.loads(line) for _, line in zip(range(count), answers, strict=False)]
        sender.join()
        return found


def _send(plain: socket.socket, data: bytes) -> None:
    """Sends as much as the daemon takes: it may hang up before the end."""
    try:
        plain.sendall(data)
        plain.shutdown(socket.SHUT_WR)
    except OSError:
        return
