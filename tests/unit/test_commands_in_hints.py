"""Commands that hints name ask the daemon that is meant."""

from __future__ import annotations

from pathlib import Path

from vaultd.cli.invocation import to_this
from vaultipc.socketpath import socket_path


def test_a_command_names_the_socket_only_where_it_is_another_than_the_usual_one(tmp_path: Path) -> None:
    assert to_this("vvault failed", socket_path()) == "vvault failed"
    other = tmp_path / "my socket"
    assert to_this("vvault failed", other) == f"vvault failed --socket '{other}'"
