"""The service under a real systemd, from an untouched home to an untouched home."""

from __future__ import annotations

import shutil
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.user_systemd import Unavailable, UserSystemd
from support.vault import VVAULT, RunningVault, eventually
from vaultd.demo.library import Written
from vaultd.service.units import NAMES
from vaultipc.errors import EXIT_AWAY


@pytest.fixture
def session(vault: RunningVault) -> Iterator[UserSystemd]:
    try:
        with UserSystemd(vault.environ, vault.logs / "systemd") as running:
            yield running
    except Unavailable as why:
        pytest.skip(str(why))


def told(session: UserSystemd, *command: str | Path) -> str:
    """Runs `vvault …` in the session; what it printed. It must succeed."""
    done = session.run(VVAULT, *command)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def active(session: UserSystemd) -> list[str]:
    return [name for name in NAMES if session.run("systemctl", "--user", "is-active", name).stdout == "active\n"]


def main_process(session: UserSystemd, unit: str) -> str:
    return session.run("systemctl", "--user", "show", unit, "--property=MainPID", "--value").stdout.strip()


def image_of(home: Path) -> dict[Path, tuple[int, bytes]]:
    """Everything in a home: kind, mode and content of each path."""
    return {
        path.relative_to(home): (path.lstat().st_mode, path.read_bytes() if stat.S_ISREG(path.lstat().st_mode) else b"")
        for path in home.rglob("*")
    }


def few_pictures(demo: Written, folder: Path) -> None:
    for picture in sorted(demo.dir.rglob("*.jpg"))[:8]:
        shutil.copy(picture, folder)


def test_the_service_runs_survives_a_kill_and_leaves_the_home_as_it_was(
    vault: RunningVault, session: UserSystemd, demo: Written
) -> None:
    few_pictures(demo, vault.pictures)
    before = image_of(vault.home)

    told(session, "service", "install")
    assert active(session) == list(NAMES)
    eventually(lambda: session.run("cat", vault.mountpoint / "STATUS.txt").returncode == 0, "mounted")
    told(session, "add", vault.pictures)
    told(session, "wait", "--timeout", "60")
    assert "running" in told(session, "service", "status")

    session.run("kill", "-9", main_process(session, "vvault.service"))
    eventually(lambda: len(active(session)) == len(NAMES), "systemd starts it again")
    assert '"images": 8' in told(session, "status", "--json") or '"images":8' in told(session, "status", "--json")

    assert "kept: " in told(session, "service", "uninstall")
    assert active(session) == []
    assert session.run("ls", "-d", vault.mountpoint).returncode != 0
    assert (vault.home / ".local/share/visionary-vault/catalog.db").exists()

    told(session, "service", "install")
    told(session, "service", "uninstall", "--purge", "--yes")
    assert image_of(vault.home) == before


def test_stop_stops_the_service_and_no_question_starts_it_again(vault: RunningVault, session: UserSystemd) -> None:
    told(session, "service", "install")
    other = vault.home / "other.sock"
    assert told(session, "stop", "--socket", other) == f"Nothing runs on {other}.\n"
    assert active(session) == list(NAMES)
    assert "Ended the service" in told(session, "stop")
    assert session.run(VVAULT, "status").returncode == EXIT_AWAY
    assert active(session) == []
    assert "Nothing runs on" in told(session, "stop")
    told(session, "service", "install")
    assert active(session) == list(NAMES)


def test_a_service_is_not_installed_over_a_daemon_in_a_terminal(vault: RunningVault, session: UserSystemd) -> None:
    inside = subprocess.Popen(
        ["nsenter", f"--target={session.pid}", "--mount", "--pid", VVAULT, "daemon"],
        env=session.environ,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        eventually(lambda: session.run(VVAULT, "status").returncode == 0, "the daemon answers")
        done = session.run(VVAULT, "service", "install")
        assert done.returncode == 5
        assert "vvault stop`" in done.stderr
        assert not (vault.home / ".config/systemd").exists()
        assert "Ended the daemon" in told(session, "stop")
        assert inside.wait(10) == 0
    finally:
        inside.terminate()
        inside.wait(10)


def test_uninstalling_what_is_not_installed_leaves_the_mount_of_a_terminal_alone(vault: RunningVault) -> None:
    vault.start()
    vault.mount()
    done = vault.run("service", "uninstall")
    assert done.returncode == 0, done.stderr
    assert "no service was installed" in done.stdout
    assert vault.is_mounted()
    assert vault.listing("search") == []


def test_uninstalling_takes_away_a_mount_that_a_crash_left_behind(vault: RunningVault) -> None:
    vault.start()
    vault.mount()
    vault.kill_mount()
    assert "whose process had died" in vault.run("service", "uninstall").stdout
    assert not vault.is_mounted()
