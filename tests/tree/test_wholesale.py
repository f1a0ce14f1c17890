"""saved/: what a program that copies or deletes a whole saved search finds, and for how long."""

from __future__ import annotations

import os

import pytest

from support.planted import PlantedVault
from vaultfs.caller import Caller
from vaultipc.errors import NotFound


async def test_results_seem_to_go_only_after_the_query_and_only_for_a_moment(vault: PlantedVault) -> None:
    ours, others, later = (vault.daemon.add(f"{letter}.jpg", "dog") for letter in "abc")
    vault.daemon.save("dogs", "dog")
    assert await vault.names("saved/dogs") == [".query", "001 a.jpg", "002 b.jpg", "003 c.jpg"]
    folder = await vault.folder("saved/dogs")
    await folder.remove(b".query", vault.caller)
    await folder.remove(b"001 a.jpg", vault.caller)
    assert vault.daemon.verdicts == {}
    await folder.remove(b"002 b.jpg", Caller(os.getpid()))
    assert vault.daemon.verdicts == {("dog", others.id): "hide"}
    vault.clock.seconds += 5
    await folder.remove(b"003 c.jpg", vault.caller)
    assert vault.daemon.verdicts == {("dog", others.id): "hide", ("dog", later.id): "hide"}
    assert await vault.names("saved/dogs") == [".query", "001 a.jpg"]
    assert (await vault.target("saved/dogs/001 a.jpg")).encode() == ours.path
    assert vault.daemon.saved["dogs"].query == "dog"


async def test_who_made_a_saved_search_finds_it_empty_until_somebody_looks(vault: PlantedVault) -> None:
    await (await vault.folder("saved")).make_folder(b"dog", vault.caller)
    folder = await vault.folder("saved/dog")
    assert folder.hides(b".query", vault.caller)
    assert not folder.hides(b".query", Caller(os.getpid()))
    await vault.names("saved/dog")
    assert not folder.hides(b".query", vault.caller)


async def test_who_made_a_saved_search_finds_all_of_it_after_a_moment(vault: PlantedVault) -> None:
    await (await vault.folder("saved")).make_folder(b"dog", vault.caller)
    folder = await vault.folder("saved/dog")
    vault.clock.seconds += 5
    assert not folder.hides(b".query", vault.caller)


async def test_only_links_to_pictures_are_copied_into_a_saved_search(vault: PlantedVault) -> None:
    picture = vault.daemon.add("a.jpg", "dog")
    await (await vault.folder("saved")).make_folder(b"dog", vault.caller)
    folder = await vault.folder("saved/dog")
    await folder.link(b"001 a.jpg", picture.path, vault.caller)
    with pytest.raises(NotFound):
        await folder.link(b"002 b.jpg", b"/etc/passwd", vault.caller)
    assert vault.daemon.verdicts == {}
    await folder.link(b"003 a.jpg", picture.path, Caller(os.getpid()))
    assert vault.daemon.verdicts == {("dog", picture.id): "prefer"}
