"""Listing a folder again, and folders of more entries than are asked for at once."""

from __future__ import annotations

from typing import Any

import pytest

from support.planted import PlantedVault
from vaultfs.faults import Missing, Unavailable
from vaultfs.tree import results, tagnodes
from vaultfs.tree.live import LiveFolder

LATER = 1.5
"""Seconds after which a search is no longer the one of a moment ago."""


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (results, tagnodes):
        monkeypatch.setattr(module, "PAGE", 2)


async def test_a_search_whose_answer_is_the_same_keeps_its_entries(vault: PlantedVault) -> None:
    vault.daemon.add("a.jpg", "dog")
    folder = await vault.folder("search/dog")
    before = await folder.open()
    vault.daemon.told_hits = 0
    vault.clock.seconds += LATER
    assert await folder.open() == before
    assert vault.daemon.told_hits == 0


async def test_a_search_that_finds_nothing_is_asked_once(vault: PlantedVault) -> None:
    await (await vault.folder("search/nothing")).open()
    assert vault.daemon.requests["search"] == 1


async def test_a_new_hit_is_in_the_next_listing_of_a_search(vault: PlantedVault) -> None:
    vault.daemon.add("a.jpg", "dog")
    assert await vault.names("search/dog") == ["001 a.jpg"]
    vault.clock.seconds += LATER
    assert await vault.names("search/dog") == ["001 a.jpg"]
    vault.daemon.add("b.jpg", "dog")
    vault.clock.seconds += LATER
    assert await vault.names("search/dog") == ["001 a.jpg", "002 b.jpg"]


@pytest.mark.parametrize("path", ["tags/pets", "albums/holiday", "favorites", "untagged", "by/rating/5", "recent"])
async def test_what_users_group_is_asked_for_anew_only_if_something_changed(vault: PlantedVault, path: str) -> None:
    daemon = vault.daemon
    dog, cat = daemon.add("dog.jpg"), daemon.add("cat.jpg")

    def belongs(*pictures: Any) -> None:
        if path == "tags/pets":
            daemon.tag("pets", *pictures)
        for picture in pictures:
            daemon.favourites[picture.id] = None
            daemon.albums["holiday"].images.append(picture.id)
            picture.facets["rating"] = "5"

    daemon.album("holiday")
    belongs(dog)
    folder = await vault.folder(path)
    before = await folder.open()
    daemon.told_hits = 0
    assert await folder.open() == before
    assert daemon.told_hits == 0
    belongs(cat)
    daemon.add("bird.jpg")
    assert len(await folder.open()) > len(before)


async def test_a_name_that_is_not_in_a_tag_costs_no_listing_of_it(vault: PlantedVault) -> None:
    vault.daemon.tag("pets", vault.daemon.add("dog.jpg"))
    assert await vault.names("tags/pets") == ["dog.jpg"]
    vault.daemon.told_hits = 0
    with pytest.raises(Missing):
        await vault.node("tags/pets/cat.jpg")
    assert vault.daemon.told_hits == 0


@pytest.mark.usefixtures("small_pages")
async def test_copying_into_a_large_tag_does_not_list_it_for_each_file(vault: PlantedVault) -> None:
    daemon = vault.daemon
    daemon.tag("pets", *[daemon.add(f"{number}.jpg") for number in range(5)])
    assert len(await vault.names("tags/pets")) == 5
    daemon.told_hits = 0
    for number in range(3):
        with pytest.raises(Missing):
            await vault.node(f"tags/pets/new {number}.jpg")
        daemon.pictures[str(number + 1)].labels.add("changed")
    assert daemon.told_hits == 0


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("name", ["new.jpg", "1 (2).jpg", "dogs"])
async def test_what_came_into_a_large_tag_a_moment_ago_is_there(vault: PlantedVault, name: str) -> None:
    daemon = vault.daemon
    daemon.tag("pets", *[daemon.add(f"{number}.jpg") for number in range(5)])
    assert len(await vault.names("tags/pets")) == 5
    with pytest.raises(Missing):
        await vault.node(f"tags/pets/{name}")
    if name == "dogs":
        daemon._make_tag("pets/dogs")
    else:
        new = daemon.add("new.jpg" if name == "new.jpg" else "elsewhere/1.jpg")
        new.tags.add("pets")
    await vault.node(f"tags/pets/{name}")


async def test_an_entry_taken_away_is_asked_for_again(vault: PlantedVault) -> None:
    vault.daemon.add("a.jpg", "dog")
    folder = await vault.folder("search/dog")
    await folder.open()
    assert isinstance(folder, LiveFolder)
    folder.shelf.drop(b"001 a.jpg")
    vault.clock.seconds += LATER
    assert len(await folder.open()) == 1


async def test_a_daemon_that_started_anew_is_asked_for_everything(vault: PlantedVault) -> None:
    vault.daemon.tag("pets", vault.daemon.add("dog.jpg"))
    assert await vault.names("tags/pets") == ["dog.jpg"]
    vault.tree._told(None)
    vault.daemon.told_hits = 0
    assert await vault.names("tags/pets") == ["dog.jpg"]
    assert vault.daemon.told_hits == 1


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
async def test_a_folder_of_several_pages_is_whole(vault: PlantedVault, count: int) -> None:
    pictures = [vault.daemon.add(f"{number}.jpg", "dog") for number in range(count)]
    vault.daemon.tag("pets", *pictures)
    vault.daemon.favourites |= {pictures[0].id: None}
    assert await vault.names("search/dog") == [f"{number + 1:03} {number}.jpg" for number in range(count)]
    assert await vault.names("tags/pets") == [f"{number}.jpg" for number in range(count)]
    assert len(await vault.names("search/dog/.why")) == count


@pytest.mark.usefixtures("small_pages")
async def test_an_answer_that_is_lost_between_two_pages_is_asked_for_once_more(
    vault: PlantedVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        vault.daemon.add(f"{number}.jpg", "dog")
    losing = Losing(vault, 1)
    monkeypatch.setattr(vault.tree, "ask", losing.ask)
    assert len(await vault.names("search/dog")) == 4
    losing.times = 2
    with pytest.raises(Unavailable):
        await vault.names("search/dog dog")


class Losing:
    """Has the small daemon, which keeps one answer, find something new after a first page, so many `times`."""

    def __init__(self, vault: PlantedVault, times: int) -> None:
        self._vault, self._ask, self.times = vault, vault.tree.ask, times

    async def ask(self, method: str, params: Any, *how: Any, **named: Any) -> Any:
        answer = await self._ask(method, params, *how, **named)
        if method == "search" and not params.snapshot and params.limit and self.times:
            self.times -= 1
            self._vault.daemon.add(f"new {self.times}.jpg", "dog")
        return answer
