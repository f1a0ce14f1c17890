"""`vvault web` as a process: it is there once, opens, moves aside for a port that is taken, and ends."""

from __future__ import annotations

import os
import signal
import socket
import stat
from pathlib import Path

import pytest

from support.vault import RunningVault, eventually
from support.web import Web
from vaultd.app.up.throwaway import throwaway
from vaultd.cli.call import Call
from vaultd.cli.commands.web import web_command
from vaultd.cli.parsing import parse
from vaultd.cli.registry import COMMANDS
from vaultipc.errors import ConfigError, Held
from vaultipc.running import running
from vaultweb.listening import Served, alone, listening, origin
from vaultweb.settings import Settings

SOCKET = Path("/nowhere/s")


def words_of(monkeypatch: pytest.MonkeyPatch, *flags: str, **settings: str) -> list[str]:
    for name, value in settings.items():
        monkeypatch.setenv(f"VVAULT_WEB_{name.upper()}", value)
    monkeypatch.setenv("VVAULT_SOCKET", str(SOCKET))
    command = web_command(Call(parse(["web", *flags], COMMANDS).options))
    return command[command.index("vaultweb") + 1 :]


def test_the_settings_reach_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    words = words_of(
        monkeypatch, port="8000", address="192.168.1.2", allowed_origins="http://localhost:5173", hosts="nas",
        export_folders="/srv/a,/srv/b", token_file="/etc/t",
    )  # fmt: skip
    told = list(zip(words[::2], words[1::2], strict=False))
    assert {("--port", "8000"), ("--address", "192.168.1.2"), ("--allow-origin", "http://localhost:5173"),
            ("--host", "nas"), ("--token-file", "/etc/t"), ("--export-folder", "/srv/a"),
            ("--export-folder", "/srv/b")} <= set(told)  # fmt: skip
    assert "--any-port" not in words


def test_only_a_port_that_nobody_chose_may_be_another(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "--any-port" in words_of(monkeypatch)
    assert "--any-port" not in words_of(monkeypatch, "--port", "8642")


def test_a_port_that_is_taken_is_told_or_passed_over() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Held, match=str(port)):
            listening(Settings(socket=SOCKET, port=port))
        with listening(Settings(socket=SOCKET, port=port, any_port=True)) as found:
            assert found.getsockname()[1] != port
            assert origin(found) == f"http://127.0.0.1:{found.getsockname()[1]}"


@pytest.mark.parametrize("address", ["no.such.host.invalid", "203.0.113.7", "\udcff", ""])
def test_an_address_that_is_not_of_this_machine_is_told(address: str) -> None:
    with pytest.raises(ConfigError):
        listening(Settings(socket=SOCKET, address=address or " ")).close()


def test_a_library_is_served_once(tmp_path: Path) -> None:
    with alone(tmp_path / "lock"), pytest.raises(Served), alone(tmp_path / "lock"):
        raise AssertionError("two at once")
    with alone(tmp_path / "lock"):
        pass


def test_a_throw_away_library_leaves_nothing_and_touches_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VVAULT_MODEL_NAME", "other")
    before = dict(os.environ)
    with throwaway(("--open",), verbose=False) as wishes:
        folder = wishes.socket.parent
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert wishes.config.library.data.is_relative_to(folder)
        assert wishes.config.file.is_relative_to(folder)
        assert wishes.config.model.name == "mini"
        assert os.environ["XDG_CACHE_HOME"].startswith(str(folder))
        (folder / "anything").touch()
    assert not folder.exists()
    assert dict(os.environ) == before


def test_the_server_is_found_opened_and_ended(vault: RunningVault) -> None:
    vault.start()
    with Web(vault) as web:
        assert vault.call("status")["web"]["url"] == f"{web.origin}/"
        assert f"{web.origin}/" in vault.run("status").stdout
        assert web.bare("GET", web.link.removeprefix(web.origin)).status == 303
        told = vault.call("web", "--open")
        assert told["opened"] is False
        link = told["url"].removeprefix(web.origin)
        assert [web.bare("GET", link).status for _ in range(2)] == [303, 403]
        refused = vault.call("web", expect=5)
        assert "served already" in refused["error"]["message"]
        assert web.process is not None
        vault.kill_daemon()
        assert web.get("/api/status").status == 503
        vault.start()
        eventually(lambda: "web" in vault.call("status"), "the gallery is known to the new daemon")
        assert [one["what"] for one in vault.call("stop")["stopped"]] == ["web", "daemon"]
        assert web.process.wait(10) == 0
    assert running(vault.socket) == []


def test_it_needs_no_daemon_to_start_and_says_what_it_exposes(vault: RunningVault) -> None:
    vault.runtime.joinpath("visionary-vault").mkdir(mode=0o700)
    with Web(vault) as web:
        answer = web.get("/api/status")
        assert (answer.status, answer.headers["retry-after"]) == (503, "2")
        assert web.stop() == 0
    refused = vault.call("web", "--address", "0.0.0.0", expect=2)
    assert "every picture" in refused["error"]["message"]


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_demo_is_served_and_gone_afterwards(vault: RunningVault) -> None:
    process = vault.spawn("web", "--demo", "--port", "0")
    eventually(lambda: "The gallery is at" in vault.log("web") or process.poll() is not None, "it is served", 300)
    assert process.poll() is None, vault.log("web")
    assert list(Path(vault.environ["TMPDIR"]).glob("vvault-demo-*"))
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    assert list(Path(vault.environ["TMPDIR"]).glob("vvault-demo-*")) == []
    assert not vault.data.exists()
