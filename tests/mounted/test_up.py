"""`vvault up` in the foreground: everything is there, survives its parts dying, and is gone when it ends."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from support.leftovers import processes_of
from support.vault import RunningVault, eventually
from vaultd.demo.library import write
from vaultipc.errors import EXIT_AWAY, EXIT_REFUSED

pytestmark = pytest.mark.timeout(180)
PATIENCE_S = 60.0


def up(vault: RunningVault, *arguments: str) -> subprocess.Popen[bytes]:
    return vault.spawn("up", "--yes", *arguments)


def ended(vault: RunningVault, process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    process.send_signal(how)
    assert process.wait(PATIENCE_S) == 0, vault.log("up")


def is_up(vault: RunningVault, process: subprocess.Popen[bytes], pictures: int) -> None:
    def shown() -> bool:
        assert process.poll() is None, vault.log("up")
        return f"{pictures} pictures searchable" in vault.log("up")

    eventually(shown, f"{pictures} pictures are searchable", PATIENCE_S)


def daemon_pid(vault: RunningVault) -> int:
    return int(vault.call("status")["pid"])


def test_it_watches_the_pictures_folder_and_leaves_nothing_behind(vault: RunningVault) -> None:
    write(vault.pictures, count=4)
    process = up(vault)
    try:
        is_up(vault, process, 4)
        assert vault.is_mounted()
        assert vault.call("roots")["roots"][0]["path"] == str(vault.pictures)
        assert vault.listing("untagged")
        eventually(lambda: "The gallery is at http://127.0.0.1:" in vault.log("up"), "the gallery's address is told")
    finally:
        ended(vault, process, signal.SIGINT)
    assert not vault.is_mounted()
    assert processes_of(Path(os.environ["TMPDIR"])) == {}
    vault.call("status", expect=EXIT_AWAY)


def test_a_part_that_is_killed_comes_back(vault: RunningVault) -> None:
    write(vault.pictures, count=3)
    process = up(vault)
    try:
        is_up(vault, process, 3)
        old = daemon_pid(vault)
        os.kill(old, signal.SIGKILL)
        eventually(lambda: vault.run("status").returncode == 0 and daemon_pid(vault) != old, "the daemon is back")
        [mount] = eventually_mounts(vault)
        os.kill(mount, signal.SIGKILL)
        eventually(lambda: eventually_mounts(vault) != [mount], "the mount is back")
        assert vault.listing("untagged")
    finally:
        ended(vault, process, signal.SIGTERM)
    assert vault.log("up").count("It is started again") == 2
    assert not vault.is_mounted()
    assert processes_of(Path(os.environ["TMPDIR"])) == {}
    vault.call("status", expect=EXIT_AWAY)


def eventually_mounts(vault: RunningVault) -> list[int]:
    """The processes of the mounts that the daemon knows, once there is one."""
    found: list[int] = []

    def known() -> bool:
        found[:] = [mount["pid"] for mount in vault.call("status")["mounts"]]
        return bool(found)

    eventually(known, "the daemon knows the mount")
    return found


def test_without_pictures_it_shows_the_demo_library(vault: RunningVault) -> None:
    folder = vault.home / ".local/share/visionary-vault-demo"
    write(folder, count=3)
    process = up(vault, "--no-mount")
    try:
        is_up(vault, process, 3)
        assert vault.call("roots")["roots"][0]["path"] == str(folder)
        assert "demo library" in vault.log("up")
        assert not vault.is_mounted()
    finally:
        ended(vault, process, signal.SIGTERM)


def test_a_daemon_that_was_there_goes_on(vault: RunningVault) -> None:
    write(vault.pictures, count=3)
    vault.start()
    process = up(vault, "--no-web", str(vault.pictures))
    try:
        is_up(vault, process, 3)
        assert vault.is_mounted()
    finally:
        ended(vault, process, signal.SIGTERM)
    assert "already running" in vault.log("up")
    assert not vault.is_mounted()
    assert vault.call("status")["images"] == 3


def test_a_folder_in_use_is_not_mounted_over_and_that_is_one_sentence_and_a_way_round(vault: RunningVault) -> None:
    vault.mountpoint.mkdir()
    (vault.mountpoint / "mine").write_text("x")
    done = vault.run("up", "--yes", str(vault.pictures))
    assert done.returncode == EXIT_REFUSED
    assert f"The mount could not start: {vault.mountpoint} is not empty" in done.stderr
    assert "--no-mount" in done.stderr
    assert "--mount DIR" in done.stderr
    assert "Traceback" not in done.stderr
    assert processes_of(Path(os.environ["TMPDIR"])) == {}


def test_what_is_no_folder_is_refused_before_anything_is_started(vault: RunningVault) -> None:
    (vault.home / "file").touch()
    for named, why in (("nowhere", "there is no folder"), ("file", "is not a folder")):
        done = vault.run("up", "--yes", named)
        assert done.returncode == EXIT_REFUSED
        assert why in done.stderr
        assert "Starting" not in done.stdout + done.stderr
    assert not vault.data.exists()


def test_with_json_only_the_error_is_on_stdout(vault: RunningVault) -> None:
    vault.mountpoint.mkdir()
    (vault.mountpoint / "mine").write_text("x")
    assert "error" in vault.call("up", "--yes", str(vault.pictures), expect=EXIT_REFUSED)


def test_two_that_start_at_the_same_moment_share_one_daemon_and_one_mount(vault: RunningVault) -> None:
    write(vault.pictures, count=3)
    folder = str(vault.pictures)
    both = [up(vault, "--no-web", folder), up(vault, "--no-web", folder)]
    try:
        eventually(lambda: vault.log("up").count("3 pictures searchable") == 2 or any(p.poll() for p in both), "both")
        assert [process.poll() for process in both] == [None, None], vault.log("up")
        assert vault.log("up").count("Mounted at") == vault.log("up").count("Already mounted at") == 1
    finally:
        for process in both:
            ended(vault, process, signal.SIGINT)
    assert not vault.is_mounted()
    assert vault.log("up").count("Ended.") == 2


def test_a_second_one_takes_over_when_the_first_has_ended(vault: RunningVault) -> None:
    write(vault.pictures, count=3)
    first = up(vault, "--no-web", str(vault.pictures))
    is_up(vault, first, 3)
    second = up(vault, "--no-web", str(vault.pictures))
    try:
        eventually(lambda: "Already mounted" in vault.log("up"), "the second uses what the first runs")
        ended(vault, first, signal.SIGINT)
        eventually(lambda: vault.log("up").count("Mounted at") == 2, "the second mounts")
        assert second.poll() is None
        assert vault.call("status")["images"] == 3
        assert vault.is_mounted()
    finally:
        ended(vault, second, signal.SIGINT)
    assert not vault.is_mounted()
    assert processes_of(Path(os.environ["TMPDIR"])) == {}


def test_nothing_outlives_one_that_was_killed(vault: RunningVault) -> None:
    write(vault.pictures, count=3)
    first = up(vault, str(vault.pictures))
    is_up(vault, first, 3)
    first.kill()
    first.wait(PATIENCE_S)
    eventually(lambda: processes_of(Path(os.environ["TMPDIR"])) == {}, "daemon and mount have ended too")
    assert not vault.is_mounted()


def test_stop_ends_everything_that_was_started_in_terminals(vault: RunningVault) -> None:
    write(vault.pictures, count=3)
    first = up(vault, str(vault.pictures))
    is_up(vault, first, 3)
    second = up(vault, str(vault.pictures))
    eventually(lambda: "Already mounted" in vault.log("up"), "the second uses what the first runs")
    second.send_signal(signal.SIGSTOP)  # as Ctrl-Z does
    stopped = vault.call("stop")["stopped"]
    assert [one["what"] for one in stopped] == ["up", "up", "web", "mount", "daemon"]
    assert [first.wait(PATIENCE_S), second.wait(PATIENCE_S)] == [0, 0]
    assert not vault.is_mounted()
    assert processes_of(Path(os.environ["TMPDIR"])) == {}
    assert vault.call("stop") == {"stopped": []}
    assert "Nothing runs on" in vault.run("stop").stdout


def test_stop_ends_a_mount_whose_daemon_is_away(vault: RunningVault) -> None:
    vault.start()
    vault.mount()
    vault.kill_daemon()
    assert [one["what"] for one in vault.call("stop")["stopped"]] == ["mount"]
    assert not vault.is_mounted()


def test_a_mount_that_fails_says_so_in_json_too(vault: RunningVault) -> None:
    vault.mountpoint.mkdir()
    (vault.mountpoint / "mine").write_text("x")
    told = vault.call("mount", str(vault.mountpoint), expect=EXIT_REFUSED)
    assert "is not empty" in told["error"]["message"]
