"""Whatever comes over the socket, however much of it: typed errors, bounded memory, and others are served."""

from __future__ import annotations

import base64
import json
import os
import random
import re
import resource
import socket
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest

from support.ingesting import draw
from support.tinypack import write_pack
from support.vault import RunningVault, eventually
from vaultipc.blocking import Client
from vaultipc.errors import INTERNAL_ERROR
from vaultipc.messages import METHODS

pytestmark = pytest.mark.timeout(120)

MIB = 1 << 20
SERVED_WITHIN_S = 5.0
"""A question of somebody else, while the machine is busy with an attack from both sides."""
LASTING = {"stop", "wait", "subscribe"}
"""Methods that end the daemon, or wait for something."""
TOGETHER = 20
"""Requests before their answers are read: whoever reads none is not listened to for long."""
ANY_FOLDER = {"add", "remove", "rescan"}
"""Methods that are asked for any folder by their very purpose: they are given what is none, and no odd parameters."""


@pytest.fixture(scope="module")
def vault() -> Iterator[RunningVault]:
    with RunningVault(Path(tempfile.mkdtemp(prefix="f"))) as running:
        write_pack(running.data / "models" / "tiny", "tiny")
        running.environ |= {"VVAULT_MODEL_NAME": "tiny", "VVAULT_INGEST_WORKERS": "1"}
        outside = running.home / "outside"
        outside.mkdir()
        draw(outside / "secret.png", "green")
        draw(running.pictures / "one.png", "red")
        (running.pictures / "link.png").symlink_to(outside / "secret.png")
        (running.pictures / "folder").symlink_to(outside)
        running.start()
        running.call("add", running.pictures)
        running.settle()
        yield running


@pytest.fixture(autouse=True)
def others_are_served(vault: RunningVault) -> Iterator[None]:
    """After every attack, as before it."""
    yield
    assert asked(vault) < SERVED_WITHIN_S
    assert "Traceback" not in vault.log("daemon")


@pytest.fixture
def many_descriptors() -> Iterator[None]:
    """As many as the daemon may have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096) if hard > 0 else 4096, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def asked(vault: RunningVault) -> float:
    """Seconds that a question of another client takes."""
    began = time.monotonic()
    with Client(vault.socket, timeout=30) as client:
        assert client.call("status").images == 1
    return time.monotonic() - began


def rss(vault: RunningVault) -> int:
    """Bytes of memory that the daemon has now."""
    assert vault.daemon is not None
    return int(Path(f"/proc/{vault.daemon.pid}/statm").read_text().split()[1]) * resource.getpagesize()


def connected(vault: RunningVault) -> socket.socket:
    wire = socket.socket(socket.AF_UNIX)
    try:
        wire.connect(str(vault.socket))  # waits where too many wait already
    except BaseException:
        wire.close()
        raise
    wire.settimeout(30)
    return wire


def line(method: str, params: Any, number: int = 1) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}).encode() + b"\n"


def answers(wire: socket.socket) -> list[dict[str, Any]]:
    """Everything that comes until the daemon hangs up."""
    wire.shutdown(socket.SHUT_WR)
    with wire.makefile("rb") as reader:
        return [json.loads(told) for told in reader]


# ---- bytes ---------------------------------------------------------------------------------------------------------


def mutated(dice: random.Random) -> bytes:
    """A request of some method with odd parameters, with some of its bytes changed, cut, doubled or none."""
    method = dice.choice(sorted(set(METHODS) - LASTING - ANY_FOLDER))
    fields = METHODS[method][0].__struct_encode_fields__
    odd: list[Any] = [
        None,
        -1,
        2**70,
        1e308,
        "",
        "x" * 5000,
        "\0",
        "\ud800",
        "../..",
        [],
        {},
        [[]],
        True,
        "NaN",
        "1",
        ["1", "1"],
    ]
    params = {name: dice.choice(odd) for name in fields if dice.random() < 0.6}
    made = bytearray(json.dumps({"jsonrpc": "2.0", "id": 7, "method": method, "params": params}).encode())
    for _ in range(dice.choice((0, 0, 1, 3, 20))):
        place = dice.randrange(len(made))
        match dice.randrange(3):
            case 0:
                made[place] = dice.randrange(256)
            case 1:
                del made[place : place + dice.randrange(1, 9)]
            case _:
                made[place:place] = made[place : place + dice.randrange(1, 60)]
        made = made or bytearray(b"{")
    return bytes(made).replace(b"\n", b" ") + b"\n"


@pytest.mark.parametrize("count", [400, pytest.param(20_000, marks=[pytest.mark.long, pytest.mark.timeout(1200)])])
def test_fuzzed_requests_get_typed_errors_and_none_is_a_bug(vault: RunningVault, count: int) -> None:
    seed = 1 if count < 1000 else random.randrange(1 << 32)
    dice = random.Random(seed)
    for _ in range(count // 100):
        sent = [mutated(dice) for _ in range(100)]
        with connected(vault) as wire:
            wire.sendall(b"".join(sent))
            for told in answers(wire):
                code = told.get("error", {}).get("code", 0)
                assert code != INTERNAL_ERROR, f"seed {seed}: {told}\n" + "\n".join(map(repr, sent))


def test_half_messages_and_bytes_of_any_kind_hold_up_nobody(vault: RunningVault) -> None:
    dice = random.Random(2)
    whole = line("search", {"query": "red"})
    with ExitStack() as open_ones:
        for _ in range(100):
            wire = open_ones.enter_context(connected(vault))
            wire.sendall(dice.choice((whole[: dice.randrange(1, len(whole))], dice.randbytes(5000))))
        assert asked(vault) < SERVED_WITHIN_S


# ---- too much ------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("many_descriptors")
def test_a_thousand_connections_are_served_and_so_is_the_next_one(vault: RunningVault) -> None:
    before = rss(vault)
    with ExitStack() as open_ones:
        wires = [open_ones.enter_context(connected(vault)) for _ in range(1000)]
        for wire in wires:
            wire.sendall(line("roots", {}))
        assert asked(vault) < SERVED_WITHIN_S
        for wire in wires:
            assert b'"result"' in wire.recv(4096)
        assert rss(vault) - before < 100 * MIB
        assert asked(vault) < SERVED_WITHIN_S


@pytest.mark.long
@pytest.mark.usefixtures("many_descriptors")
def test_beyond_two_thousand_connections_one_is_told_why_it_is_refused(vault: RunningVault) -> None:
    with ExitStack() as open_ones:
        for _ in range(2000):
            open_ones.enter_context(connected(vault))
        with connected(vault) as late:
            told = json.loads(late.recv(4096))
    assert told["error"]["code"] == 1004
    assert "2000 connections" in told["error"]["message"]
    eventually(lambda: vault.run("status").returncode == 0, "there is room again")


def test_a_client_that_never_reads_costs_little_and_holds_up_nobody(vault: RunningVault) -> None:
    with Client(vault.socket, timeout=30) as client:
        for number in range(100):
            client.call("tags.create", {"tag": f"{'long ' * 40}{number}"})
        size = len(client.call_raw("tags"))
    before = rss(vault)
    with connected(vault) as deaf:
        deaf.settimeout(1)
        with suppress(TimeoutError):
            for number in range(50_000):
                deaf.sendall(line("tags", {}, number))
        assert asked(vault) < SERVED_WITHIN_S
        assert rss(vault) - before < 64 * size + 32 * MIB
    with Client(vault.socket, timeout=30) as client:
        client.call("undo", {"count": 100})


def test_a_hundred_megabytes_without_a_newline_are_refused_at_sixteen(vault: RunningVault) -> None:
    before, told = rss(vault), b""
    with connected(vault) as wire:
        sent = 0
        with suppress(BrokenPipeError, ConnectionResetError):
            while sent < 100 * MIB:
                sent += wire.send(b"x" * MIB)
        with suppress(ConnectionResetError):
            told = wire.recv(4096)
    assert sent < 20 * MIB
    assert json.loads(told)["error"]["code"] == 1004
    assert rss(vault) - before < 64 * MIB


def test_many_long_lines_at_once_are_refused_together(vault: RunningVault) -> None:
    """Each alone would be allowed; all of them would be most of a machine's memory."""
    before, refused = rss(vault), 0
    with ExitStack() as open_ones:
        for _ in range(20):
            wire = open_ones.enter_context(connected(vault))
            with suppress(BrokenPipeError, ConnectionResetError):
                wire.sendall(b"x" * (10 * MIB))
                wire.settimeout(0.05)
            with suppress(TimeoutError, ConnectionResetError):
                refused += b"1004" in wire.recv(4096)
        assert refused >= 12
        assert rss(vault) - before < 160 * MIB
        assert asked(vault) < SERVED_WITHIN_S


# ---- places --------------------------------------------------------------------------------------------------------


def escapes(vault: RunningVault) -> list[str]:
    secret = vault.home / "outside" / "secret.png"
    return [
        str(secret),
        f"{vault.pictures}/../outside/secret.png",
        f"{vault.pictures}/link.png",
        f"{vault.pictures}/folder/secret.png",
        "../" * 12 + "etc/passwd",
        "/etc/passwd",
        "/proc/self/mem",
        "~/outside/secret.png",
        f"file://{secret}",
        "a/../../outside",
        "\0",
        f"{secret}\0.png",
        "/dev/zero",
    ]


GOOD = {
    "tag": "fine",
    "name": "x.png",
    "to": "fine",
    "query": "width:>0",
    "image": "1",
    "images": ["1"],
    "ids": ["1"],
    "paths": [],
    "backend": "test",
    "entries": "symlink",
}
"""Values of parameters that a request must have beside the one that is tried."""


def attempts(method: str, path: str) -> Iterator[dict[str, Any]]:
    """Requests of a method with the path in one parameter that takes text, as text and as exact bytes, alone and where
    all else is in order; in queries also as a picture that is meant."""
    fields = msgspec.structs.fields(METHODS[method][0])
    for field in fields:
        name = field.encode_name
        values: list[Any] = [path, [path]]
        if name.endswith("_b64"):
            encoded = base64.b64encode(os.fsencode(path)).decode()
            values = [encoded, [encoded]]
        elif name == "query":
            values += [f'like:"{path}"', f"name:{path}", f"path:{path}"]
        elif name == "entries":
            values += [[{"name": path, "image": "1", "mtime_ns": 1}], [{"name": "x", "image": path, "mtime_ns": 1}]]
        if name != "changes" and not re.search(r"\bstr\b|ShownPicture", str(field.type)):
            continue
        beside = {one.encode_name: GOOD.get(one.encode_name, "1") for one in fields if one.required}
        for value in values:
            yield {name: value}
            yield {**beside, name: value}


def told_of(vault: RunningVault, method: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """What is asked with each path that leads out, and what the daemon says."""
    asked = each_once(attempt for path in escapes(vault) for attempt in attempts(method, path)) or [{}]
    told: dict[int, dict[str, Any]] = {}
    for first in range(0, len(asked), TOGETHER):
        with connected(vault) as wire:
            for number, params in enumerate(asked[first : first + TOGETHER], start=first):
                wire.sendall(line(method, params, number))
            told |= {answer["id"]: answer for answer in answers(wire) if "id" in answer}
    assert sorted(told) == list(range(len(asked)))
    return [(params, told[number]) for number, params in enumerate(asked)]


def each_once(all_of_them: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({json.dumps(one, sort_keys=True): one for one in all_of_them}.values())


def everything_outside(vault: RunningVault) -> dict[str, tuple[int, bytes]]:
    """The files of the home that are not the vault's own, with their times and bytes."""
    kept = (vault.home / "outside", vault.pictures)
    files = [path for folder in kept for path in folder.rglob("*") if path.is_file()]
    return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in files} | {
        str(path): (0, b"") for path in vault.home.iterdir()
    }


@pytest.mark.parametrize("method", sorted(set(METHODS) - LASTING))
def test_a_path_out_of_the_library_leads_nowhere(vault: RunningVault, method: str) -> None:
    before, passwd = everything_outside(vault), Path("/etc/passwd").read_bytes().splitlines()[0].decode()
    for params, told in told_of(vault, method):
        assert told.get("error", {}).get("code", 0) != INTERNAL_ERROR, (params, told)
        assert passwd not in json.dumps(told)
    assert everything_outside(vault) == before


def test_what_a_link_out_of_the_roots_leads_to_is_no_picture_of_the_library(vault: RunningVault) -> None:
    assert vault.call("search", "width:>0")["total"] == 1
    assert "secret" not in os.fsdecode(vault.run("search", "width:>0", "--json").stdout)


def test_bytes_are_accepted_from_the_holding_folder_alone_and_through_no_link(vault: RunningVault) -> None:
    with Client(vault.socket, timeout=30) as client:
        holding = Path(
            client.call("mount", {"path": "/somewhere", "backend": "test", "entries": "file", "pid": 1}).holding
        )
    link = holding / "link.png"
    link.symlink_to(vault.home / "outside" / "secret.png")
    try:
        for path in (link, vault.home / "outside" / "secret.png", holding / ".." / "catalog.db"):
            with connected(vault) as wire:
                wire.sendall(line("accept", {"holding": str(path), "name": "x.png"}))
                (told,) = answers(wire)
            assert told["error"]["code"] in (-32602, 1002), told
    finally:
        link.unlink()
    assert vault.call("status")["images"] == 1
