"""Extended attributes of folders and pictures in the tree."""

from __future__ import annotations

import pytest

from support.planted import PlantedVault
from vaultfs.faults import Invalid, NoAttribute, Unsupported
from vaultfs.tree.extended import ALL_TAGS, ID, QUERY, SCORE, TAGS, WHY, check_kind


async def test_a_picture_tells_its_tags_and_the_models(vault: PlantedVault) -> None:
    dog = vault.daemon.add("dog.jpg")
    dog.tags |= {"pets", "family/rex"}
    dog.auto.add("animals/dog")
    file = await vault.node(f".originals/{dog.id}/dog.jpg")
    assert await file.extended(TAGS) == b"family/rex,pets"
    assert await file.extended(ALL_TAGS) == b"family/rex,pets,auto/animals/dog"
    assert await file.extended_names() == [TAGS, ALL_TAGS]


async def test_a_picture_without_tags_has_no_such_attribute(vault: PlantedVault) -> None:
    dog = vault.daemon.add("dog.jpg")
    file = await vault.node(f".originals/{dog.id}/dog.jpg")
    assert await file.extended_names() == []
    for name in (TAGS, ALL_TAGS, SCORE, b"user.other"):
        with pytest.raises(NoAttribute):
            await file.extended(name)
    with pytest.raises(NoAttribute):
        await file.set_extended(TAGS, None, vault.caller)


async def test_setting_the_tags_asks_for_one_change_of_what_differs(vault: PlantedVault) -> None:
    dog = vault.daemon.add("dog.jpg")
    dog.tags |= {"pets", "old"}
    file = await vault.node(f".originals/{dog.id}/dog.jpg")
    await file.set_extended(TAGS, "pets, new ,caf\u0065\u0301,,".encode(), vault.caller)
    assert dog.tags == {"pets", "new", "caf\u00e9"}
    assert await file.extended(TAGS) == "caf\u00e9,new,pets".encode()
    assert [method for method, _, _ in vault.daemon.groups] == ["tags.change"]


async def test_setting_the_tags_that_are_there_asks_for_nothing(vault: PlantedVault) -> None:
    dog = vault.daemon.add("dog.jpg")
    dog.tags |= {"b", "a"}
    file = await vault.node(f".originals/{dog.id}/dog.jpg")
    await file.set_extended(TAGS, b"a,b", vault.caller)
    assert vault.daemon.groups == []


async def test_removing_the_attribute_takes_every_tag_off(vault: PlantedVault) -> None:
    dog = vault.daemon.add("dog.jpg")
    dog.tags |= {"b", "a"}
    file = await vault.node(f".originals/{dog.id}/dog.jpg")
    await file.set_extended(TAGS, None, vault.caller)
    assert dog.tags == set()


async def test_a_tag_with_a_comma_cannot_be_told_and_stays(vault: PlantedVault) -> None:
    dog = vault.daemon.add("dog.jpg")
    dog.tags |= {"Doe, John", "pets"}
    file = await vault.node(f".originals/{dog.id}/dog.jpg")
    assert await file.extended(TAGS) == b"pets"
    await file.set_extended(TAGS, b"new", vault.caller)
    assert dog.tags == {"Doe, John", "new"}


@pytest.mark.parametrize("value", [b"\xff", b"a,b\nc", b"a,\x00"])
async def test_a_malformed_value_is_refused_and_changes_nothing(vault: PlantedVault, value: bytes) -> None:
    dog = vault.daemon.add("dog.jpg")
    dog.tags.add("pets")
    file = await vault.node(f".originals/{dog.id}/dog.jpg")
    with pytest.raises(Invalid):
        await file.set_extended(TAGS, value, vault.caller)
    assert dog.tags == {"pets"}


async def test_a_change_made_elsewhere_is_told_at_the_next_look(vault: PlantedVault) -> None:
    dog = vault.daemon.add("dog.jpg")
    file = await vault.node(f".originals/{dog.id}/dog.jpg")
    vault.daemon.tag("first", dog)
    assert await file.extended(TAGS) == b"first"
    await file.set_extended(TAGS, b"first,second", vault.caller)
    assert await file.extended(TAGS) == b"first,second"


async def test_asking_again_and_again_asks_the_daemon_once(vault: PlantedVault) -> None:
    dog = vault.daemon.add("dog.jpg")
    dog.tags.add("pets")
    file = await vault.node(f".originals/{dog.id}/dog.jpg")
    for _ in range(5):
        await file.extended_names()
        await file.extended(TAGS)
        await file.extended(ALL_TAGS)
    assert vault.daemon.requests["image"] == 1


@pytest.mark.parametrize("name", [b"security.selinux", b"system.posix_acl_access", b"trusted.x", b"user"])
async def test_what_no_file_here_can_have_is_refused_without_a_look(name: bytes) -> None:
    with pytest.raises(Unsupported):
        check_kind(name)


async def test_folders_of_results_tell_their_query(vault: PlantedVault) -> None:
    vault.daemon.save("Dogs", "dog")
    for path in ("search/dog", "saved/Dogs", "search/dog/.all"):
        folder = await vault.folder(path)
        assert await folder.extended(QUERY) == b"dog"
        assert await folder.extended_names() == [QUERY]
    tags = await vault.folder("tags")
    assert await tags.extended_names() == []
    with pytest.raises(Unsupported):
        await tags.set_extended(TAGS, b"x", vault.caller)


async def test_an_entry_that_is_a_file_knows_what_found_it(file_vault: PlantedVault) -> None:
    dog = file_vault.daemon.add("dog.jpg", "dog")
    await file_vault.names("search/dog")
    entry = await file_vault.node("search/dog/001 dog.jpg")
    assert await entry.extended(SCORE) == b"0.5000"
    assert await entry.extended(QUERY) == b"dog"
    assert b"word        dog in label" in await entry.extended(WHY)
    assert await entry.extended_names() == [SCORE, QUERY, WHY]
    assert await entry.extended(ID) == dog.id.encode()
    await entry.set_extended(TAGS, b"pets", file_vault.caller)
    assert dog.tags == {"pets"}


async def test_the_id_is_told_and_not_listed(vault: PlantedVault) -> None:
    dog = vault.daemon.add("dog.jpg")
    file = await vault.node(f".originals/{dog.id}/dog.jpg")
    assert await file.extended(ID) == dog.id.encode()
    assert ID not in await file.extended_names()
