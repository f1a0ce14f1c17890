"""Drives that come and go under a real daemon, and folders that can only be read. Needs root."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.catalogued import contents, places
from support.drive import Drive, empty_drive
from support.ingesting import draw
from support.vault import RunningVault, eventually

pytestmark = pytest.mark.timeout(300)
PATIENCE_S = 120


@pytest.fixture
def drive(short_path: Path) -> Iterator[Drive]:
    with empty_drive(short_path) as attached:
        yield attached


def _root_state(vault: RunningVault, number: int = 0) -> str:
    state: str = vault.call("status")["roots"][number]["state"]
    return state


def _found(vault: RunningVault, query: str) -> int:
    return len(vault.run("search", query).stdout.splitlines())


@pytest.mark.long
def test_a_drive_comes_back_anywhere_and_an_empty_mount_point_is_no_deletion(vault: RunningVault, drive: Drive) -> None:
    """One watched folder on the drive, and one that the drive is mounted in."""
    first, second = vault.home / "media/one", vault.pictures / "attached"
    drive.attach(first)
    (first / "DCIM").mkdir()
    draw(first / "DCIM/a.png", "red")
    draw(vault.pictures / "home.png", "blue")
    vault.start()
    vault.call("add", first / "DCIM", vault.pictures)
    vault.settle(PATIENCE_S)
    vault.call("tag", "pets", first / "DCIM/a.png")
    before = contents(vault)

    drive.detach()
    eventually(lambda: _root_state(vault) == "offline", "noticed by itself", PATIENCE_S)
    status = vault.settle(PATIENCE_S)
    assert (status["offline"], status["images"], _found(vault, "tag:pets")) == (1, 2, 0), "hidden, and not forgotten"
    vault.call("rescan")
    assert vault.stop() == 0
    vault.start()
    vault.settle(PATIENCE_S)
    assert _root_state(vault) == "offline"
    assert contents(vault) == before, "nothing is deleted, though the place is empty"

    drive.attach(vault.home / "media/two")
    eventually(lambda: _found(vault, "tag:pets") == 1, "known again elsewhere", PATIENCE_S)
    assert "media/two/DCIM/a.png" in places(vault)
    draw(vault.home / "media/two/DCIM/b.png", "green")
    eventually(lambda: places(vault).get("media/two/DCIM/b.png"), "watched where it is now", PATIENCE_S)

    drive.detach()
    drive.attach(second)
    eventually(lambda: "Pictures/attached/DCIM/a.png" in places(vault), "in the midst of another folder", PATIENCE_S)
    drive.detach()
    eventually(lambda: vault.call("status")["offline"] == 2, "away once more", PATIENCE_S)
    vault.settle(PATIENCE_S)
    drive.attach(first)
    eventually(lambda: _found(vault, "tag:pets") == 1, "back where it was", PATIENCE_S)
    known = contents(vault)
    assert {image: known[image] for image in before} == before
    assert vault.settle(PATIENCE_S)["counters"]["decoded"] == 1, "the one that was new, and no other"


def test_a_drive_that_can_only_be_read_is_polled_and_what_others_write_to_a_folder_is_seen(
    vault: RunningVault, drive: Drive
) -> None:
    frozen, window = vault.home / "frozen", vault.home / "window"
    drive.attach(frozen)
    draw(frozen / "a.png", "red")
    subprocess.run(["umount", frozen], check=True)
    drive.attach(frozen, "ro")
    window.mkdir()
    subprocess.run(["mount", "--bind", vault.pictures, window], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", window], check=True)
        vault.start()
        vault.call("add", frozen, window)
        assert vault.settle(PATIENCE_S)["images"] == 1
        assert [_root_state(vault, number) for number in (0, 1)] == ["polling", "watching"]
        draw(vault.pictures / "b.png", "blue")
        eventually(lambda: places(vault).get("window/b.png"), "seen through the window", PATIENCE_S)
        vault.stop()
    finally:
        subprocess.run(["umount", "-l", window], check=True)


@pytest.mark.fuse
def test_a_drive_watched_as_a_whole_keeps_its_name_while_it_is_away_and_nothing_waits_for_it(
    vault: RunningVault, drive: Drive
) -> None:
    place = vault.home / "drive"
    drive.attach(place)
    draw(place / "a.png", "red")
    vault.start()
    vault.call("add", place)
    vault.settle(PATIENCE_S)
    drive.detach()
    eventually(lambda: _root_state(vault) == "offline", "noticed by itself", PATIENCE_S)
    assert vault.stop() == 0
    vault.start()
    vault.mount()
    assert vault.is_mounted()
    assert [root["path"] for root in vault.call("roots")["roots"]] == [str(place)]
    vault.call("remove", place)
    assert vault.call("roots")["roots"] == []
