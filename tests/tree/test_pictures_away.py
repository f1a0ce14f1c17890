"""Pictures on drives that are away, where the daemon shows them: they are listed, and cannot be opened."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from support.planted import PlantedVault
from support.smalldaemon import Picture
from vaultfs.backend.errnos import number
from vaultfs.faults import Away, ReadOnly
from vaultfs.tree.node import File
from vaultfs.tree.picturefile import PictureFile


def pulled_out(vault: PlantedVault, name: str = "boat.jpg") -> Picture:
    """A picture whose drive is away, and another one where that drive was."""
    picture = vault.daemon.add(f"stick/{name}", "boat")
    vault.daemon.tag("sea", picture)
    picture.state = "offline"
    Path(os.fsdecode(picture.path)).write_bytes(b"of another drive")
    return picture


async def read(vault: PlantedVault, path: str) -> bytes:
    file = await vault.node(path)
    assert isinstance(file, File)
    handle = await file.open(False, False, vault.caller)
    try:
        return await handle.read(0, 1000)
    finally:
        await handle.release()


async def test_a_link_leads_to_where_the_picture_would_be(vault: PlantedVault) -> None:
    picture = pulled_out(vault)
    assert await vault.names("search/boat") == ["001 boat.jpg"]
    assert await vault.target("search/boat/001 boat.jpg") == picture.path.decode()


@pytest.mark.parametrize("folder", ["search/boat", "tags/sea"])
async def test_where_entries_are_files_it_is_listed_with_its_facts_and_says_that_there_is_no_medium(
    file_vault: PlantedVault, folder: str
) -> None:
    pulled_out(file_vault)
    (name,) = [name for name in await file_vault.names(folder) if name.endswith("boat.jpg")]
    file = await file_vault.node(f"{folder}/{name}")
    assert isinstance(file, PictureFile)
    assert file.attributes().size > 0
    with pytest.raises(Away) as raised:
        await read(file_vault, f"{folder}/{name}")
    assert os.strerror(number(raised.value)) == "No medium found"
    with pytest.raises(ReadOnly):
        await file.open(True, False, file_vault.caller)


async def test_where_tags_lead_to_files_of_ours_these_say_so_too(vault: PlantedVault) -> None:
    picture = pulled_out(vault)
    assert await vault.names("tags/sea") == ["boat.jpg"]
    with pytest.raises(Away):
        await read(vault, f".originals/{picture.id}/boat.jpg")


async def test_a_drive_that_is_pulled_out_after_the_listing_is_noticed_and_one_that_is_back_is_read(
    file_vault: PlantedVault,
) -> None:
    picture = file_vault.daemon.add("boat.jpg", "boat", b"PICTURE of a boat")
    place = Path(os.fsdecode(picture.path))
    (name,) = await file_vault.names("search/boat")
    assert await read(file_vault, f"search/boat/{name}") == b"PICTURE of a boat"
    place.rename(place.with_name("elsewhere.jpg"))
    picture.state = "offline"
    with pytest.raises(Away):
        await read(file_vault, f"search/boat/{name}")
    picture.path, picture.state = bytes(place.with_name("elsewhere.jpg")), "online"
    assert await read(file_vault, f"search/boat/{name}") == b"PICTURE of a boat"
