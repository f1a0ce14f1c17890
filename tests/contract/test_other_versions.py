"""A daemon of another version than the command: it is said which of the two to restart, with exit code 3."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from support.answering import Answer, AnsweringServer
from support.vault import VVAULT
from vaultd import __version__
from vaultipc.errors import EXIT_AWAY, EXIT_USAGE, UserError
from vaultipc.messages import Hello

UNKNOWN_METHOD = b'{"id":1,"error":{"code":-32601,"message":"There is no method"}}\n'
OTHER_SHAPE = b'{"id":1,"result":{"rooots":[{"where":"/"}]}}\n'
NO_SUCH_FIELD = UserError("roots: Object contains unknown field `sorted`")


def asked(folder: Path, version: str, answer: Callable[[object], Answer]) -> subprocess.CompletedProcess[str]:
    """`vvault roots` against a daemon of this version."""
    hello = Hello(version=version, protocol=1, generation="g")
    with AnsweringServer(folder / "s", {"hello": lambda _: hello, "roots": answer}) as server:
        command = [str(VVAULT), "--socket", str(server.path), "roots", "--json"]
        return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


@pytest.mark.parametrize("answer", [UNKNOWN_METHOD, NO_SUCH_FIELD], ids=["unknown method", "unknown field"])
def test_an_older_daemon_is_to_be_restarted(short_path: Path, answer: Answer) -> None:
    done = asked(short_path, "0.0.9", lambda _: answer)
    told = json.loads(done.stdout)["error"]
    assert done.returncode == EXIT_AWAY
    assert "0.0.9" in told["message"]
    assert __version__ in told["message"]
    assert told["hint"].startswith("Restart the daemon")


def test_an_older_command_is_told_that_it_is_the_older_one(short_path: Path) -> None:
    done = asked(short_path, "9.0.0", lambda _: UNKNOWN_METHOD)
    assert done.returncode == EXIT_AWAY
    assert "This command is the older one" in json.loads(done.stdout)["error"]["hint"]


def test_an_answer_of_another_shape_is_no_bug_where_versions_differ(short_path: Path) -> None:
    hello = Hello(version="9.0.0", protocol=1, generation="g")
    with AnsweringServer(short_path / "s", {"hello": lambda _: hello, "roots": lambda _: OTHER_SHAPE}) as server:
        command = [str(VVAULT), "--socket", str(server.path), "roots"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == EXIT_AWAY
    assert "older" in done.stderr


def test_a_mistake_of_the_users_stays_one_where_versions_are_the_same(short_path: Path) -> None:
    done = asked(short_path, __version__, lambda _: NO_SUCH_FIELD)
    assert done.returncode == EXIT_USAGE
    assert "unknown field" in done.stdout
