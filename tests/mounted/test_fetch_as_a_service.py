"""Fetching under a real systemd, whose unit forbids the network to the daemon: each run is a unit of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.elsewhere import Elsewhere, picture
from support.user_systemd import Unavailable, UserSystemd
from support.vault import VVAULT, RunningVault, eventually

pytest.importorskip("feedparser", reason="the extra [fetch] is not installed")

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]
PATIENCE_S = 120.0


@pytest.fixture
def session(vault: RunningVault) -> Iterator[UserSystemd]:
    vault.environ |= {"VVAULT_FETCH_DELAY_MS": "0", "VVAULT_FETCH_KEEP_FREE_MB": "0"}
    try:
        with UserSystemd(vault.environ, vault.logs / "systemd") as running:
            if running.run("systemctl", "--user", "start", "dbus.socket").returncode:
                pytest.skip("needs a session bus of systemd's (dbus-user-session)")
            yield running
    except Unavailable as why:
        pytest.skip(str(why))


@pytest.fixture
def site() -> Iterator[Elsewhere]:
    with Elsewhere() as running:
        running.fill(12)
        yield running


def told(session: UserSystemd, *command: object) -> str:
    """What `vvault …` tells in the session. It must succeed."""
    done = session.run(VVAULT, *map(str, command), timeout=PATIENCE_S)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def runs(session: UserSystemd) -> list[str]:
    """The units that fetch now."""
    answer = session.run("systemctl", "--user", "list-units", "--no-legend", "--plain", "run-*.service").stdout
    return [line.split()[0] for line in answer.splitlines()]


def test_the_network_is_reached_by_a_unit_of_its_own_which_ends_with_the_daemon_and_begins_again_with_it(
    vault: RunningVault, session: UserSystemd, site: Elsewhere
) -> None:
    site.pace_s = 0.5
    told(session, "service", "install")
    told(session, "add", vault.pictures)
    told(session, "fetch", "add", f"{site.url}/feed.json", "--every", "1d")
    folder = vault.pictures / "Fetched" / f"127.0.0.1_{site.port}"
    eventually(lambda: len(list(folder.glob("*.jpg"))) >= 2, "some are there", PATIENCE_S)
    assert len(runs(session)) == 1
    daemon = session.run(
        "systemctl", "--user", "show", "vvault.service", "--property=MainPID", "--value"
    ).stdout.strip()
    site.pace_s = 0.05
    session.run("kill", "-9", daemon)
    asked = len(site.asked)
    eventually(lambda: len(list(folder.glob("*.jpg"))) == 12, "all are there", PATIENCE_S)
    assert [one.path for one in site.asked[asked:]].count("/feed.json") == 1, "the daemon began again, and nothing else"
    assert sorted(path.read_bytes() for path in folder.iterdir()) == sorted(picture(number) for number in range(12))
    eventually(lambda: not runs(session), "it has ended", PATIENCE_S)
    log = told(session, "fetch", "log")
    assert "  done  " in log
    assert "  cut: the daemon ended  " in log
    told(session, "service", "uninstall", "--purge", "--yes")
    assert not vault.data.exists()
