"""An editor saves over a picture: its entries mean what they show now, at once and under their old names."""

from __future__ import annotations

import pytest

from support.planted import PlantedVault

EDITED = b"PICTURE that was edited"


@pytest.fixture(params=["links", "files"])
def either(request: pytest.FixtureRequest, vault: PlantedVault, file_vault: PlantedVault) -> PlantedVault:
    """A vault of either kind of entries."""
    return vault if request.param == "links" else file_vault


@pytest.fixture(params=["listed again", "not listed again"])
def listed_again(request: pytest.FixtureRequest) -> bool:
    """Whether the folder is read between the edit and the gesture."""
    return bool(request.param == "listed again")


async def look(vault: PlantedVault, folder: str, again: bool) -> None:
    vault.clock.seconds += 2
    if again:
        await vault.names(folder)


async def test_removing_its_entry_untags_what_it_shows_now(either: PlantedVault, listed_again: bool) -> None:
    picture = either.daemon.add("a.jpg")
    either.daemon.tag("pets", picture)
    assert await either.names("tags/pets") == ["a.jpg"]
    edited = either.daemon.edit(picture, EDITED)
    await look(either, "tags/pets", listed_again)
    await (await either.folder("tags/pets")).remove(b"a.jpg", either.caller)
    assert edited.tags == set()


async def test_removing_its_entry_hides_what_it_shows_now(either: PlantedVault, listed_again: bool) -> None:
    picture = either.daemon.add("a.jpg", "dog")
    assert await either.names("search/dog") == ["001 a.jpg"]
    edited = either.daemon.edit(picture, EDITED)
    await look(either, "search/dog", listed_again)
    await (await either.folder("search/dog")).remove(b"001 a.jpg", either.caller)
    assert either.daemon.verdicts == {("dog", edited.id): "hide"}


async def test_moving_its_entry_into_a_tag_tags_what_it_shows_now(either: PlantedVault, listed_again: bool) -> None:
    picture = either.daemon.add("a.jpg", "dog")
    either.daemon.tag("pets")
    assert await either.names("search/dog") == ["001 a.jpg"]
    edited = either.daemon.edit(picture, EDITED)
    await look(either, "search/dog", listed_again)
    await either.move("search/dog", "001 a.jpg", "tags/pets", "a.jpg")
    assert edited.tags == {"pets"}
    assert await either.names("tags/pets") == ["a.jpg"]


async def test_moving_its_entry_between_tags_moves_what_it_shows_now(either: PlantedVault, listed_again: bool) -> None:
    picture = either.daemon.add("a.jpg")
    either.daemon.tag("pets", picture)
    either.daemon.tag("dogs")
    await either.names("tags/pets")
    edited = either.daemon.edit(picture, EDITED)
    await look(either, "tags/pets", listed_again)
    await either.move("tags/pets", "a.jpg", "tags/dogs", "a.jpg")
    assert edited.tags == {"dogs"}
