"""What runs for a socket is found by what it holds beside it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from vaultd.service.stopping import stop
from vaultipc.errors import Held
from vaultipc.running import What, marked, running

_HOLD = """
import signal, sys
from pathlib import Path
from vaultipc.running import marked
if sys.argv[3] == "deaf":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
with marked(Path(sys.argv[1]), sys.argv[2]):
    print("held", flush=True)
    signal.pause()
"""


@contextmanager
def holding(socket: Path, what: What, how: str = "") -> Iterator[subprocess.Popen[bytes]]:
    """A process that runs for `socket`; `deaf` does not end when it is told to."""
    command = [sys.executable, "-c", _HOLD, str(socket), what, how]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == b"held\n"
            yield process
        finally:
            process.kill()


@pytest.fixture
def nobody(tmp_path: Path) -> dict[str, str]:
    """The environment of somebody who has installed no service."""
    return {"XDG_CONFIG_HOME": str(tmp_path)}


def test_what_runs_is_found_in_the_order_in_which_it_is_ended(tmp_path: Path) -> None:
    socket = tmp_path / "a[b]*.sock"
    with holding(socket, "daemon") as daemon, holding(socket, "mount") as mount, marked(socket, "up"):
        found = [(one.what, one.pid) for one in running(socket)]
        assert found == [("up", os.getpid()), ("mount", mount.pid), ("daemon", daemon.pid)]
        assert running(tmp_path / "other.sock") == []


def test_what_was_killed_is_not_found_and_leaves_nothing(tmp_path: Path) -> None:
    socket = tmp_path / "vault.sock"
    with holding(socket, "daemon") as process:
        process.kill()
        process.wait()
        assert list(tmp_path.iterdir()) != []
        assert running(socket) == []
    assert list(tmp_path.iterdir()) == []


def test_what_ends_by_itself_leaves_nothing(tmp_path: Path) -> None:
    with marked(tmp_path / "vault.sock", "up"):
        assert list(tmp_path.iterdir()) != []
    assert list(tmp_path.iterdir()) == []


def test_where_no_mark_can_be_left_the_work_goes_on(tmp_path: Path) -> None:
    with marked(tmp_path / "missing" / "vault.sock", "mount"):
        assert running(tmp_path / "missing" / "vault.sock") == []


def test_stop_ends_what_runs_even_suspended_and_tells_of_it(tmp_path: Path, nobody: dict[str, str]) -> None:
    socket = tmp_path / "vault.sock"
    with holding(socket, "up") as suspended, holding(socket, "daemon") as daemon:
        suspended.send_signal(signal.SIGSTOP)
        ended = stop(socket, nobody)
        assert [suspended.wait(10), daemon.wait(10)] == [-signal.SIGTERM] * 2
    assert [(one.what, one.pid) for one in ended] == [("up", suspended.pid), ("daemon", daemon.pid)]


def test_stop_may_be_said_again(tmp_path: Path, nobody: dict[str, str]) -> None:
    assert stop(tmp_path / "vault.sock", nobody) == []


def test_what_does_not_end_is_named(tmp_path: Path, nobody: dict[str, str]) -> None:
    socket = tmp_path / "vault.sock"
    with holding(socket, "daemon", "deaf") as process, pytest.raises(Held, match=f"Process {process.pid}, the daemon"):
        stop(socket, nobody, patience_s=0.2)
