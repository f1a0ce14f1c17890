"""What a daemon does that may watch fewer folders than there are: the kernel's limits, set low for it alone."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from support.ingesting import draw
from support.vault import VVAULT, RunningVault, eventually

LIMIT = 40
FOLDERS = 60


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
    assert vault.call("status")["roots"][0]["state"] == "polling"
    assert vault.daemon is not None
    assert _watches(vault.daemon.pid) == LIMIT * 3 // 4, "a quarter is left to other programs"
    told = [check for check in vault.call("doctor")["checks"] if check["name"] == "watching"]
    assert [check["state"] for check in told] == ["warn"]
    assert "sysctl fs.inotify.max_user_watches=" in told[0]["fix"]
    assert "sysctl fs.inotify.max_user_watches=" in vault.log("daemon")


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


def _watches(pid: int) -> int:
    """How many folders a process watches (proc_pid_fdinfo(5))."""
    shown = subprocess.run(f"cat /proc/{pid}/fdinfo/*", shell=True, capture_output=True, text=True, check=False).stdout
    return shown.count("inotify wd:")
