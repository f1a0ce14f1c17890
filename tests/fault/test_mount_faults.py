"""The daemon is killed, stopped and started again while programs use the mount: nothing hangs, nothing is lost."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.ingesting import draw
from support.load import Load
from support.mounting import Kind
from support.outcome import health
from support.vault import RunningVault, eventually
from vaultd.demo.library import Written

pytestmark = [pytest.mark.fuse, pytest.mark.timeout(180), pytest.mark.expects_log("the daemon does not answer")]

LONGEST_S = 5.0
STOPPED_S = 3.5
KNOWN = "search/type:jpeg"


@pytest.fixture
def mounted(kind: Kind, vault: RunningVault, demo: Written) -> RunningVault:
    """A mounted vault with a few pictures, all searchable, and an empty tag `t`."""
    vault.environ |= {"VVAULT_MOUNT_BACKEND": kind.backend, "VVAULT_MOUNT_ENTRIES": kind.entries}
    for picture in sorted(demo.dir.rglob("*.jpg"))[:6]:
        shutil.copy(picture, vault.pictures)
    vault.start()
    vault.call("add", vault.pictures)
    vault.settle()
    vault.mount()
    (vault.mountpoint / "tags" / "t").mkdir()
    return vault


def library(vault: RunningVault) -> dict[str, bytes]:
    """The names in a folder of results and the bytes behind them."""
    folder = vault.mountpoint / KNOWN
    found = {name: (folder / name).read_bytes() for name in os.listdir(folder)}
    assert set(found.values()) == {picture.read_bytes() for picture in vault.pictures.glob("*.jpg")}
    return found


def new_pictures(folder: Path) -> Iterator[Path]:
    """Pictures that nobody has seen, one after the other."""
    folder.mkdir()
    for number in itertools.count(1):
        picture = folder / f"new {number}.png"
        draw(picture, f"rgb({number % 256}, {number // 256}, 77)")
        yield picture


def goes_on(load: Load) -> None:
    """Waits until new questions, reads, `find` and `cp` are answered again."""
    since, names = time.monotonic(), ("ask", "read", "find", "cp")
    eventually(lambda: all(load.answered_since(since, name) for name in names), f"{names} go on", 20)


def test_programs_go_on_through_kills_stops_and_restarts_of_the_daemon(mounted: RunningVault) -> None:
    vault, known = mounted, library(mounted)
    with Load(vault.mountpoint) as load:
        load.reads(KNOWN, known)
        load.asks()
        load.finds("tags")
        load.copies("tags/t", new_pictures(vault.home / "new"))
        goes_on(load)
        vault.kill_daemon()
        vault.start()
        goes_on(load)
        assert vault.daemon is not None
        vault.daemon.send_signal(signal.SIGSTOP)
        time.sleep(STOPPED_S)
        vault.daemon.send_signal(signal.SIGCONT)
        goes_on(load)
        assert vault.stop() == 0
        vault.start()
        goes_on(load)
    assert load.wrong() == []
    assert load.longest().seconds < LONGEST_S, load.longest()
    assert load.errors() <= {"EIO"}
    assert library(vault) == known
    assert_wholly_there(vault, load)
    assert health(vault) == []


def assert_wholly_there(vault: RunningVault, load: Load) -> None:
    """What `cp` brought is in the library, whole and tagged; what it did not is whole, or not there at all."""
    vault.settle()
    offered = {source.read_bytes() for source in load.copied + load.refused}
    inbox = {path.read_bytes() for path in (vault.pictures / "Vault Inbox").iterdir()}
    tagged = {Path(hit["path"]).read_bytes() for hit in vault.call("search", "tag:t", "--limit", "10000")["hits"]}
    assert {source.read_bytes() for source in load.copied} <= tagged
    assert tagged <= inbox <= offered
