"""Two of what there may be one of, and places that cannot be used: refused in one sentence that says what to do."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from support.vault import RunningVault
from vaultipc.errors import EXIT_AWAY, EXIT_BUSY, EXIT_DONE, EXIT_REFUSED, EXIT_USAGE

# Whole vaults are started and read here, with workers that give way to everything else that runs.
pytestmark = pytest.mark.timeout(180)


def refused(vault: RunningVault, exit_code: int, *arguments: object) -> str:
    """Runs a command that must fail with `exit_code`; returns what it says to the person."""
    done = vault.run(*arguments)
    assert done.returncode == exit_code, f"exit {done.returncode}: {done.stdout}{done.stderr}"
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_second_daemon_on_one_catalog_is_refused_and_told_who_holds_it(vault: RunningVault, short_path: Path) -> None:
    vault.start()
    assert vault.daemon is not None
    said = refused(vault, EXIT_BUSY, "--socket", short_path / "other.sock", "daemon")
    assert str(vault.daemon.pid) in said
    assert vault.call("status")["pid"] == vault.daemon.pid


def test_a_socket_somebody_answers_on_is_not_taken_away(vault: RunningVault, short_path: Path) -> None:
    vault.start()
    vault.environ["VVAULT_LIBRARY_DATA"] = str(short_path / "elsewhere")
    assert str(vault.socket) in refused(vault, EXIT_BUSY, "daemon")
    assert vault.call("status")["state"]


def test_a_socket_left_by_a_killed_daemon_is_taken_over(vault: RunningVault) -> None:
    vault.start()
    vault.kill_daemon()
    assert vault.socket.exists()
    vault.start()
    assert vault.stop() == EXIT_DONE
    assert not vault.socket.exists()


def test_a_file_where_the_socket_should_be_is_left_alone(vault: RunningVault) -> None:
    vault.socket.parent.mkdir(mode=0o700)
    vault.socket.write_text("mine")
    refused(vault, EXIT_REFUSED, "daemon")
    assert vault.socket.read_text() == "mine"


@pytest.mark.parametrize("command", ["daemon", "status"])
def test_a_socket_path_that_is_too_long_is_named_with_its_length(
    vault: RunningVault, short_path: Path, command: str
) -> None:
    path = short_path / ("x" * 120)
    said = refused(vault, EXIT_USAGE, "--socket", path, command)
    assert "107" in said
    assert str(len(str(path))) in said


def test_without_a_daemon_a_question_says_how_to_start_one(vault: RunningVault) -> None:
    assert "vvault up" in refused(vault, EXIT_AWAY, "search", "dog")


def test_a_typo_in_the_configuration_is_named_by_key_file_and_line(vault: RunningVault) -> None:
    file = vault.home / ".config/visionary-vault/config.toml"
    file.parent.mkdir(parents=True)
    file.write_text("[search]\n\nlimitt = 10\n")
    said = refused(vault, EXIT_USAGE, "daemon")
    assert "limitt" in said
    assert f"{file}:3" in said or ("line 3" in said and str(file) in said)


@pytest.mark.fuse
def test_a_folder_with_something_in_it_is_not_mounted_over(vault: RunningVault) -> None:
    vault.start()
    vault.mountpoint.mkdir()
    (vault.mountpoint / "mine.txt").write_text("mine")
    said = refused(vault, EXIT_REFUSED, "mount", vault.mountpoint)
    assert "mount.path" in said
    assert (vault.mountpoint / "mine.txt").read_text() == "mine"


@pytest.mark.fuse
def test_a_mount_inside_a_watched_folder_is_refused(vault: RunningVault) -> None:
    vault.start()
    vault.call("add", vault.pictures)
    refused(vault, EXIT_REFUSED, "mount", vault.pictures / "vault")


def test_nonsense_on_the_socket_is_answered_and_the_connection_lives_on(vault: RunningVault) -> None:
    vault.start()
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(10)
        client.connect(str(vault.socket))
        lines = client.makefile("rwb")
        unknown = b'{"jsonrpc":"2.0","id":1,"method":"fly"}'
        for line, code in ((b"{nonsense", -32700), (b"[1]", -32600), (unknown, -32601)):
            lines.write(line + b"\n")
            lines.flush()
            assert json.loads(lines.readline())["error"]["code"] == code
        lines.write(b'{"jsonrpc":"2.0","id":2,"method":"status"}\n')
        lines.flush()
        assert json.loads(lines.readline())["result"]["pid"]
