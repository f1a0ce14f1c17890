"""What an opened folder shows is told to the daemon, which makes thumbnails for the names in it."""

from __future__ import annotations

import pytest
import trio

from support.planted import PlantedVault
from vaultfs.tree.live import LiveFolder
from vaultfs.tree.thumbnails import FIRST_RESULTS


@pytest.fixture
def told(vault: PlantedVault) -> PlantedVault:
    """A vault whose daemon wants to be told."""
    assert vault.link.welcome is not None
    vault.link.welcome.thumbnails = True
    return vault


async def shown(vault: PlantedVault, folder: str, *names: str) -> None:
    """Wait until the daemon knows these names of a folder, and no others; none: until it knows the folder no more."""
    path = b"/the/vault/" + folder.encode()
    with trio.fail_after(30):
        while sorted(vault.daemon.shown.get(path, {})) != sorted(name.encode() for name in names):
            await trio.sleep(0.01)


async def test_folders_that_are_listed_are_told_with_their_pictures(told: PlantedVault) -> None:
    red = told.daemon.add("red.jpg", "car")
    told.daemon.tag("a/b", red)
    told.daemon.favourites[red.id] = None
    for folder in ("search/car", "tags/a/b", "favorites"):
        await told.names(folder)
        await shown(told, folder, *(["001 red.jpg"] if folder == "search/car" else ["red.jpg"]))
    assert told.daemon.shown[b"/the/vault/tags/a/b"] == {b"red.jpg": red.id}


async def test_nothing_is_told_of_folders_that_are_only_opened_nor_of_views(told: PlantedVault) -> None:
    told.daemon.add("red.jpg", "car")
    await (await told.folder("search/car")).open()
    await told.names("search/car/.loose")
    await told.names("search")
    await trio.sleep(0.5)
    assert told.daemon.requests["mount.thumbnails"] == 0


async def test_nothing_is_told_to_a_daemon_that_does_not_want_it(vault: PlantedVault) -> None:
    vault.daemon.add("red.jpg", "car")
    await vault.names("search/car")
    await trio.sleep(0.5)
    assert vault.daemon.requests["mount.thumbnails"] == 0


async def test_of_results_only_the_first_are_told(told: PlantedVault) -> None:
    for number in range(FIRST_RESULTS + 5):
        told.daemon.add(f"{number:03}.jpg", "car")
    names = await told.names("search/car")
    assert len(names) == FIRST_RESULTS + 5
    await shown(told, "search/car", *names[:FIRST_RESULTS])


async def test_what_changes_in_a_folder_is_told_again(told: PlantedVault) -> None:
    red, blue = told.daemon.add("red.jpg"), told.daemon.add("blue.jpg")
    told.daemon.tag("a", red)
    await told.names("tags/a")
    await shown(told, "tags/a", "red.jpg")
    told.daemon.tag("a", blue)
    await shown(told, "tags/a", "red.jpg", "blue.jpg")
    told.daemon.untag("a", red, blue)
    await shown(told, "tags/a")


async def test_what_does_not_change_in_a_folder_is_not_told_again(told: PlantedVault) -> None:
    picture = told.daemon.add("red.jpg")
    told.daemon.tag("a", picture)
    await told.names("tags/a")
    await shown(told, "tags/a", "red.jpg")
    picture.labels.add("car")
    asked = told.daemon.requests["tags.folder"]
    told.daemon.tell("images")
    with trio.fail_after(30):
        while told.daemon.requests["tags.folder"] == asked:
            await trio.sleep(0.01)
    await trio.sleep(0.3)
    assert told.daemon.requests["mount.thumbnails"] == 1


async def test_a_folder_with_another_name_is_told_under_it(told: PlantedVault) -> None:
    told.daemon.tag("a", told.daemon.add("red.jpg"))
    await told.names("tags/a")
    await shown(told, "tags/a", "red.jpg")
    await told.move("tags", "a", "tags", "b")
    await told.names("tags/b")
    await shown(told, "tags/b", "red.jpg")
    await shown(told, "tags/a")


async def test_a_daemon_that_started_anew_is_told_again(told: PlantedVault) -> None:
    told.daemon.add("red.jpg", "car")
    await told.names("search/car")
    await shown(told, "search/car", "001 red.jpg")
    told.daemon.shown.clear()
    told.link.told(None)
    await shown(told, "search/car", "001 red.jpg")


async def test_a_snapshot_that_is_old_is_forgotten(told: PlantedVault) -> None:
    told.daemon.add("red.jpg", "car")
    await told.names("search/car")
    await shown(told, "search/car", "001 red.jpg")
    folder = await told.folder("search/car")
    assert isinstance(folder, LiveFolder)
    told.clock.seconds += 599
    folder.rest(told.clock())
    await trio.sleep(0.3)
    await shown(told, "search/car", "001 red.jpg")
    told.clock.seconds += 2
    folder.rest(told.clock())
    await shown(told, "search/car")
