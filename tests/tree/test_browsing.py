"""Folders that are not asked for in words: facets, duplicates, missing and offline pictures, the first steps."""

from __future__ import annotations

import pytest

from support.planted import MOUNTPOINT, PlantedVault
from vaultfs.faults import Missing, ReadOnly
from vaultipc import messages as m


async def test_facets_hold_a_folder_for_each_value_that_occurs(vault: PlantedVault) -> None:
    vault.daemon.add("a.jpg").facets |= {"camera": "Canon EOS 5D", "rating": "5", "color": "red"}
    vault.daemon.add("b.jpg").facets |= {"camera": "Nikon Z", "type": "png"}
    assert await vault.names("by/camera") == ["Canon EOS 5D", "Nikon Z"]
    assert await vault.names("by/camera/Nikon Z") == ["b.jpg"]
    assert await vault.names("by/rating/5") == await vault.names("by/color/red") == ["a.jpg"]
    assert await vault.names("by/type") == ["png"]
    assert await vault.names("by/model") == []
    with pytest.raises(Missing):
        await vault.node("by/camera/Leica")


async def test_a_value_with_a_slash_is_named_as_in_a_query(vault: PlantedVault) -> None:
    vault.daemon.add("a.png").facets["model"] = "sdxl/base 1.0"
    assert await vault.names("by/model") == ["sdxl∕base 1.0"]
    assert await vault.names("by/model/sdxl∕base 1.0") == ["a.png"]


async def test_a_value_that_cannot_be_a_name_is_left_out(vault: PlantedVault) -> None:
    vault.daemon.add("a.jpg").facets["camera"] = "..\x01"
    vault.daemon.add("b.jpg").facets["camera"] = ".."
    assert await vault.names("by/camera") == []


async def test_what_programs_probe_for_is_not_asked_of_a_facet(vault: PlantedVault) -> None:
    for path in ("by/camera/.hidden", "by/camera/Thumbs.db", "offline/.Trash-1000"):
        with pytest.raises(Missing):
            await vault.node(path)
    assert not vault.daemon.requests["facet.values"]


async def test_nothing_can_be_put_into_a_facet(vault: PlantedVault) -> None:
    picture = vault.daemon.add("a.jpg")
    picture.facets["rating"] = "5"
    folder = await vault.folder("by/rating/5")
    with pytest.raises(ReadOnly):
        await folder.link(b"b.jpg", picture.path, vault.caller)
    with pytest.raises(ReadOnly):
        await (await vault.folder("by/rating")).make_folder(b"4", vault.caller)


async def test_a_picture_of_a_facet_can_be_moved_into_a_tag(vault: PlantedVault) -> None:
    picture = vault.daemon.add("a.jpg")
    picture.facets["color"] = "red"
    vault.daemon.tag("pets")
    await vault.move("by/color/red", "a.jpg", "tags/pets", "a.jpg")
    assert picture.tags == {"pets"}
    assert await vault.names("by/color/red") == ["a.jpg"]


async def test_every_file_of_a_content_stands_in_its_group(vault: PlantedVault) -> None:
    picture = vault.daemon.add("x/a.jpg")
    copy = picture.path.replace(b"/x/", b"/y/")
    picture.copies.append(copy)
    vault.daemon.add("b.jpg")
    assert await vault.names("duplicates") == ["exact", "same", "similar"]
    assert await vault.names("duplicates/exact") == ["a.jpg"]
    names = await vault.names("duplicates/exact/a.jpg")
    targets = {await vault.target(f"duplicates/exact/a.jpg/{name}") for name in names}
    assert names == ["a.jpg", "a (2).jpg"]
    assert targets == {picture.path.decode(), copy.decode()}


async def test_two_groups_of_one_name_are_told_apart(vault: PlantedVault) -> None:
    for folder in "xy":
        picture = vault.daemon.add(f"{folder}/a.jpg")
        picture.copies.append(picture.path + b".copy")
    assert sorted(await vault.names("duplicates/exact")) == ["a (2).jpg", "a.jpg"]


async def test_a_copy_cannot_be_removed_and_can_be_tagged(vault: PlantedVault) -> None:
    picture = vault.daemon.add("a.jpg")
    picture.copies.append(picture.path + b".copy")
    folder = await vault.folder("duplicates/exact/a.jpg")
    with pytest.raises(ReadOnly):
        await folder.remove(b"a.jpg.copy", vault.caller)
    vault.daemon.tag("twice")
    await vault.move("duplicates/exact/a.jpg", "a.jpg.copy", "tags/twice", "a.jpg")
    assert picture.tags == {"twice"}


async def test_every_copy_of_a_picture_stands_in_its_group_called_as_the_best(vault: PlantedVault) -> None:
    large, small = vault.daemon.add("large.jpg"), vault.daemon.add("small.jpg")
    vault.daemon.add("other.jpg").shows = "dawn"
    assert await vault.names("duplicates/same") == []
    large.shows = small.shows = "noon"
    assert await vault.names("duplicates/same") == ["large.jpg"]
    assert await vault.names("duplicates/same/large.jpg") == ["large.jpg", "small.jpg"]
    assert await vault.target("duplicates/same/large.jpg/small.jpg") == small.path.decode()
    assert await vault.names("duplicates/exact") == []


async def test_pictures_that_are_alike_stand_in_a_group_of_their_own(vault: PlantedVault) -> None:
    first, second = vault.daemon.add("first.jpg"), vault.daemon.add("second.jpg")
    first.taken_of = second.taken_of = "a goal"
    assert await vault.names("duplicates/similar") == ["first.jpg"]
    assert await vault.names("duplicates/similar/first.jpg") == ["first.jpg", "second.jpg"]
    assert await vault.names("duplicates/same") == []


async def test_a_copy_of_a_picture_cannot_be_removed_and_can_be_tagged(vault: PlantedVault) -> None:
    for name in ("a.jpg", "b.jpg"):
        vault.daemon.add(name).shows = "noon"
    folder = await vault.folder("duplicates/same/a.jpg")
    with pytest.raises(ReadOnly):
        await folder.remove(b"b.jpg", vault.caller)
    vault.daemon.tag("twice")
    await vault.move("duplicates/same/a.jpg", "b.jpg", "tags/twice", "b.jpg")
    assert await vault.names("tags/twice") == ["b.jpg"]


async def test_a_picture_that_is_the_only_one_left_has_no_group(vault: PlantedVault) -> None:
    one, other = vault.daemon.add("a.jpg"), vault.daemon.add("b.jpg")
    one.shows = other.shows = "noon"
    assert await vault.names("duplicates/same") == ["a.jpg"]
    other.shows = ""
    vault.daemon.tag("any")
    assert await vault.names("duplicates/same") == []


async def test_missing_pictures_lead_to_where_they_were(vault: PlantedVault) -> None:
    picture = vault.daemon.add("a.jpg")
    assert await vault.names("missing") == []
    picture.state = "missing"
    assert await vault.names("missing") == ["a.jpg"]
    assert (await vault.target("missing/a.jpg")).encode() == picture.path


async def test_disks_that_are_away_are_folders(vault: PlantedVault) -> None:
    assert await vault.names("offline") == []
    first, picture = vault.daemon.add("a.jpg"), vault.daemon.add("b.jpg")
    first.state = picture.state = "offline"
    first.volume, picture.volume = "Stick", "Card"
    assert await vault.names("offline") == ["Card", "Stick"]
    assert await vault.names("offline/Stick") == ["a.jpg"]
    assert (await vault.target("offline/Card/b.jpg")).encode() == picture.path
    with pytest.raises(Missing):
        await vault.node("offline/Drive")


async def test_the_first_steps_are_listed_until_a_query_is_opened(vault: PlantedVault) -> None:
    assert "README.txt" in await vault.names("")
    text = await vault.text("README.txt")
    assert len(text.splitlines()) == 12
    assert MOUNTPOINT.decode() in text
    await vault.node("search/dog")
    assert "README.txt" in await vault.names("")
    await vault.names("search/dog")
    assert "README.txt" not in await vault.names("")
    assert await vault.text("README.txt") == text


async def test_who_asked_before_is_not_told_the_first_steps(vault: PlantedVault) -> None:
    vault.link.welcome = m.MountWelcome(holding="", library="", version="", asked=True)
    assert "README.txt" not in await vault.names("")


async def test_the_top_is_listed_while_the_daemon_is_away(vault: PlantedVault) -> None:
    vault.daemon.stop()
    assert {"README.txt", "STATUS.txt", "by", "like", "missing"} <= set(await vault.names(""))
    assert await vault.names("by") == ["date", "camera", "type", "rating", "color", "model", "lora"]
    assert await vault.names("like") == ["drop"]


async def test_why_a_file_could_not_be_read_stands_beside_it(vault: PlantedVault) -> None:
    broken = vault.daemon.library / "broken.jpg"
    broken.touch()
    vault.daemon.failed.append(broken)
    assert await vault.names("failed") == ["broken.jpg"]
    assert await vault.names("failed/.why") == ["broken.jpg.txt"]
    told = await vault.text("failed/.why/broken.jpg.txt")
    assert f"file        {broken}\n" in told
    assert "reason      no image\n" in told
    with pytest.raises(Missing):
        await vault.node("failed/.why/other.jpg.txt")


async def test_a_file_that_could_be_read_after_all_leaves_no_reason(vault: PlantedVault) -> None:
    broken = vault.daemon.library / "broken.jpg"
    broken.touch()
    vault.daemon.failed.append(broken)
    assert await vault.names("failed/.why") == ["broken.jpg.txt"]
    vault.daemon.failed.clear()
    assert await vault.names("failed/.why") == []
    assert await vault.names("failed") == []


async def test_where_entries_are_files_one_that_could_not_be_read_says_why(file_vault: PlantedVault) -> None:
    broken = file_vault.daemon.library / "broken.jpg"
    broken.touch()
    file_vault.daemon.failed.append(broken)
    entry = await file_vault.node("failed/broken.jpg")
    assert await entry.extended(b"user.vault.why") == b"no image"
    assert b"user.vault.why" in await entry.extended_names()
