"""What a daemon does that may watch fewer folders than there are: the kernel's limits, set low for it alone."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest

from support.ingesting import draw
from support.vault import VVAULT, RunningVault, eventually
from support.watches import watches

LIMIT = 40
FOLDERS = 60
_WATCHER = """
import os, sys
from inotify_simple import INotify, flags
inotify = INotify()
for folder in os.scandir(sys.argv[1]):
    inotify.add_watch(folder.path, flags.CREATE)
print("watching", flush=True)
sys.stdin.read()
"""


def _limited(vault: RunningVault, name: str, value: int) -> None:
    """Gives the daemon a user namespace of its own, in which the limit is lower (namespaces(7), /proc/sys/user)."""
    shell = f'echo {value} > /proc/sys/user/{name} && exec "$0" "$@"'
    program = ["unshare", "--user", "--map-root-user", "sh", "-c", shell]
    tried = shutil.which("unshare") and subprocess.run([*program, "true"], capture_output=True, check=False)
    if not tried or tried.returncode:
        pytest.skip("no user namespace with limits of its own can be made here")
    vault.program = [*program, VVAULT]


@pytest.mark.timeout(240)
@pytest.mark.expects_log("the limit of watched folders is reached")
def test_beyond_its_share_of_the_limit_a_daemon_polls_and_says_how_to_raise_it(vault: RunningVault) -> None:
    _limited(vault, "max_inotify_watches", LIMIT)
    for number in range(FOLDERS):
        (vault.pictures / str(number)).mkdir()
    draw(vault.pictures / "0/a.png", "red")
    vault.start()
    vault.call("add", vault.pictures)
    assert vault.settle(120)["images"] == 1
    assert _states(vault) == ["polling"]
    assert vault.daemon is not None
    assert watches(vault.daemon.pid) == LIMIT * 3 // 4, "a quarter is left to other programs"
    told = [check for check in vault.call("doctor")["checks"] if check["name"] == "watching"]
    assert [check["state"] for check in told] == ["warn"]
    assert "sysctl fs.inotify.max_user_watches=" in told[0]["fix"]
    assert "sysctl fs.inotify.max_user_watches=" in vault.log("daemon")


@pytest.mark.timeout(240)
@pytest.mark.expects_log("the limit of watched folders is reached")
def test_where_others_use_much_a_daemon_gives_some_back_and_polls_for_them(vault: RunningVault) -> None:
    _limited(vault, "max_inotify_watches", LIMIT)
    other = vault.home / "Other"
    for number in range(FOLDERS // 4):
        (other / str(number)).mkdir(parents=True)
        (vault.pictures / str(number)).mkdir()
    draw(other / "0/a.png", "red")
    vault.start()
    with _beside(vault, LIMIT // 2):
        vault.call("add", other)
        assert vault.settle(120)["images"] == 1
        assert _states(vault) == ["watching"]
        vault.call("add", vault.pictures)
        vault.settle(120)
        assert vault.daemon is not None
        assert watches(vault.daemon.pid) == LIMIT // 2 - LIMIT // 2 // 4
        assert _states(vault) == ["polling", "polling"], "folders of both are not watched any more"
        with _beside(vault, LIMIT // 2 // 4):
            told = [check for check in vault.call("doctor")["checks"] if check["name"] == "watching"]
            assert "sysctl fs.inotify.max_user_watches=" in told[0]["fix"]


@pytest.mark.long
@pytest.mark.timeout(240)
@pytest.mark.expects_log("the limit of watched folders is reached")
def test_where_nothing_more_may_watch_a_daemon_starts_all_the_same(vault: RunningVault) -> None:
    _limited(vault, "max_inotify_instances", 0)
    draw(vault.pictures / "a.png", "red")
    vault.start()
    vault.call("add", vault.pictures)
    assert vault.settle(120)["images"] == 1
    assert "sysctl fs.inotify.max_user_instances=" in vault.log("daemon")
    draw(vault.pictures / "b.png", "blue")
    eventually(lambda: vault.settle(120)["images"] == 2, "what is new is found when it is asked for")


def _states(vault: RunningVault) -> list[str]:
    return [root["state"] for root in vault.call("status")["roots"]]


@contextlib.contextmanager
def _beside(vault: RunningVault, count: int) -> Iterator[None]:
    """Another program of the same user, that is, in the daemon's namespace, which watches so many folders."""
    assert vault.daemon is not None
    folder = vault.home / f"of another program, {count}"
    for number in range(count):
        (folder / str(number)).mkdir(parents=True)
    enter = ["nsenter", "--user", "--preserve-credentials", "--target", str(vault.daemon.pid)]
    with subprocess.Popen(
        [*enter, sys.executable, "-c", _WATCHER, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        try:
            assert program.stdout.readline() == b"watching\n", "it gets what it needs"
            yield
        finally:
            program.stdin.close()
