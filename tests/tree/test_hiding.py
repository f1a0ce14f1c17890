"""search/ and saved/: what removing a result means, and that emptying the whole folder means nothing."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

import pytest
import trio

from support.planted import PlantedVault
from support.smalldaemon import Picture
from vaultfs.caller import Caller
from vaultfs.faults import Missing, ReadOnly, Stale, Unavailable
from vaultfs.tree.node import Folder


def dogs(vault: PlantedVault, count: int = 5) -> list[Picture]:
    return [vault.daemon.add(f"{letter}.jpg", "dog") for letter in "abcdefgh"[:count]]


async def remove(vault: PlantedVault, folder: Folder, *names: str, caller: Caller | None = None) -> None:
    """Unlink one name after the other, as one program does."""
    for name in names:
        await folder.remove(name.encode(), caller or vault.caller)


def hidden(vault: PlantedVault, query: str = "dog") -> list[str]:
    """Return the ids of what is hidden from a query's results."""
    return [image for (asked, image), verdict in vault.daemon.verdicts.items() if (asked, verdict) == (query, "hide")]


async def test_a_removed_result_is_hidden_from_this_query_only(vault: PlantedVault) -> None:
    vault.daemon.add("a.jpg", "dog cat")
    await vault.names("search/dog")
    await remove(vault, await vault.folder("search/dog"), "001 a.jpg")
    vault.clock.seconds += 1
    assert await vault.names("search/dog") == []
    assert await vault.names("search/cat") == ["001 a.jpg"]


async def test_a_removed_name_is_gone_at_once_and_the_others_keep_theirs(vault: PlantedVault) -> None:
    dogs(vault, 3)
    await vault.names("search/dog")
    folder = await vault.folder("search/dog")
    await remove(vault, folder, "001 a.jpg")
    with pytest.raises(Missing):
        await folder.lookup(b"001 a.jpg")
    assert await vault.names("search/dog") == ["002 b.jpg", "003 c.jpg"]
    vault.clock.seconds += 1
    assert await vault.names("search/dog") == ["001 b.jpg", "002 c.jpg"]


async def test_names_of_the_listing_before_hide_the_pictures_they_meant(vault: PlantedVault) -> None:
    _, second, third = dogs(vault, 3)
    await vault.names("search/dog")
    folder = await vault.folder("search/dog")
    await remove(vault, folder, "001 a.jpg")
    vault.clock.seconds += 1
    assert await vault.names("search/dog") == ["001 b.jpg", "002 c.jpg"]
    await remove(vault, folder, "003 c.jpg")
    assert third.id in hidden(vault)
    assert second.id not in hidden(vault)


async def test_a_name_that_means_another_picture_now_hides_none(vault: PlantedVault) -> None:
    for place in "xyz":
        vault.daemon.add(f"{place}/a.jpg", "dog")
    await vault.names("search/dog")
    folder = await vault.folder("search/dog")
    await remove(vault, folder, "001 a.jpg")
    vault.clock.seconds += 1
    await vault.names("search/dog")
    with pytest.raises(Stale):
        await folder.remove(b"002 a.jpg", vault.caller)
    assert len(hidden(vault)) == 1


# ---- emptying a folder ---------------------------------------------------------------------------------------------


async def test_who_removes_more_than_half_hides_nothing(vault: PlantedVault) -> None:
    dogs(vault)
    names = await vault.names("search/dog")
    folder = await vault.folder("search/dog")
    await remove(vault, folder, *names[:2])
    assert len(hidden(vault)) == 2
    await remove(vault, folder, names[2])
    assert hidden(vault) == []
    await remove(vault, folder, *names[3:])
    assert hidden(vault) == []
    assert await vault.names("search/dog") == names


async def test_half_of_a_folder_may_be_hidden(vault: PlantedVault) -> None:
    dogs(vault, 4)
    names = await vault.names("search/dog")
    await remove(vault, await vault.folder("search/dog"), *names[:2])
    assert len(hidden(vault)) == 2


@pytest.mark.parametrize("count", [1, 2, 3])
async def test_all_of_very_few_may_be_hidden(count: int, vault: PlantedVault) -> None:
    dogs(vault, count)
    names = await vault.names("search/dog")
    await remove(vault, await vault.folder("search/dog"), *names)
    assert len(hidden(vault)) == count


@pytest.mark.parametrize("count", [1, 3, 5])
@pytest.mark.parametrize("place", ["search", "saved"])
async def test_who_removes_the_folder_then_has_hidden_nothing(place: str, count: int, vault: PlantedVault) -> None:
    dogs(vault, count)
    vault.daemon.save("dog", "dog")
    folder = await vault.folder(f"{place}/dog")
    names = [name for name in await vault.names(f"{place}/dog") if name != ".query"]
    await remove(vault, folder, *names)
    await (await vault.folder(place)).remove_folder(b"dog", vault.caller)
    assert hidden(vault) == []
    vault.clock.seconds += 1
    assert await vault.names("search/dog") == names


async def test_who_removes_the_folder_of_another_programs_choice_leaves_that(vault: PlantedVault) -> None:
    dogs(vault)
    await vault.names("search/dog")
    await remove(vault, await vault.folder("search/dog"), "001 a.jpg")
    await (await vault.folder("search")).remove_folder(b"dog", Caller(os.getpid()))
    assert len(hidden(vault)) == 1


async def test_who_removes_the_folder_later_leaves_what_was_hidden(vault: PlantedVault) -> None:
    dogs(vault)
    await vault.names("search/dog")
    await remove(vault, await vault.folder("search/dog"), "001 a.jpg")
    vault.clock.seconds += 5
    await (await vault.folder("search")).remove_folder(b"dog", vault.caller)
    assert len(hidden(vault)) == 1


async def test_a_person_who_hides_one_after_the_other_may_hide_all(vault: PlantedVault) -> None:
    dogs(vault, 8)
    names = await vault.names("search/dog")
    folder = await vault.folder("search/dog")
    for name in names:
        await remove(vault, folder, name)
        vault.clock.seconds += 1.5
    assert len(hidden(vault)) == 8


async def test_a_program_that_waits_for_a_slow_daemon_is_no_person(
    vault: PlantedVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    dogs(vault)
    names = await vault.names("search/dog")
    folder = await vault.folder("search/dog")
    heard = vault.link.call

    async def slow(*arguments: Any) -> Any:
        vault.clock.seconds += 2
        return await heard(*arguments)

    monkeypatch.setattr(vault.link, "call", slow)
    await remove(vault, folder, *names)
    assert hidden(vault) == []


async def test_two_programs_together_may_hide_more_than_half(vault: PlantedVault) -> None:
    dogs(vault)
    names = await vault.names("search/dog")
    folder = await vault.folder("search/dog")
    await remove(vault, folder, *names[:2])
    await remove(vault, folder, *names[2:4], caller=Caller(os.getpid()))
    assert len(hidden(vault)) == 4


async def test_the_threads_of_a_program_are_one_program() -> None:
    groups: list[str] = []
    threads = [
        threading.Thread(target=lambda: groups.append(Caller(threading.get_native_id()).group())) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
        thread.join()
    assert set(groups) == {Caller(os.getpid()).group()}


async def test_threads_that_empty_a_folder_at_once_hide_nothing(vault: PlantedVault) -> None:
    dogs(vault, 8)
    names = await vault.names("search/dog")
    folder = await vault.folder("search/dog")
    async with trio.open_nursery() as nursery:
        for name in names:
            nursery.start_soon(folder.remove, name.encode(), vault.caller)
    assert hidden(vault) == []


async def test_after_looking_again_what_the_program_removes_is_meant(vault: PlantedVault) -> None:
    dogs(vault)
    names = await vault.names("search/dog")
    folder = await vault.folder("search/dog")
    await remove(vault, folder, *names)
    folder.looked_at(vault.caller)
    await remove(vault, folder, (await vault.names("search/dog"))[0])
    assert len(hidden(vault)) == 1


async def test_what_was_preferred_before_is_preferred_again(vault: PlantedVault) -> None:
    pictures = dogs(vault)
    vault.daemon.verdicts["dog", pictures[4].id] = "prefer"
    names = await vault.names("search/dog")
    assert names[0] == "001 e.jpg"
    await remove(vault, await vault.folder("search/dog"), *names)
    assert vault.daemon.verdicts == {("dog", pictures[4].id): "prefer"}


async def test_taking_back_leaves_what_else_the_program_did(vault: PlantedVault) -> None:
    pictures = dogs(vault)
    vault.daemon.tag("pets")
    names = await vault.names("search/dog")
    await (await vault.folder("tags/pets")).link(b"a.jpg", pictures[0].path, vault.caller)
    await (await vault.folder("search/cat")).link(b"a.jpg", pictures[0].path, vault.caller)
    await remove(vault, await vault.folder("search/dog"), *names)
    assert pictures[0].tags == {"pets"}
    assert vault.daemon.verdicts == {("cat", pictures[0].id): "prefer"}


async def test_what_the_user_took_back_meanwhile_does_not_disturb(vault: PlantedVault) -> None:
    dogs(vault)
    names = await vault.names("search/dog")
    folder = await vault.folder("search/dog")
    await remove(vault, folder, names[0])
    vault.daemon.verdicts.clear()
    vault.daemon.actions[0].undone = True
    await remove(vault, folder, *names[1:])
    assert hidden(vault) == []


# ---- without the daemon --------------------------------------------------------------------------------------------


async def test_an_emptying_that_the_daemon_left_in_the_middle_is_taken_back_when_it_returns(
    vault: PlantedVault,
) -> None:
    dogs(vault)
    names = await vault.names("search/dog")
    folder = await vault.folder("search/dog")
    await remove(vault, folder, *names[:2])
    vault.daemon.stop()
    await trio.sleep(2.1)
    for name in names[2:]:
        with pytest.raises(Unavailable):
            await folder.remove(name.encode(), vault.caller)
        assert (await folder.lookup(name.encode())).inode  # an error, and it is still there
    assert len(hidden(vault)) == 2
    await trio.to_thread.run_sync(vault.daemon.restart)
    with trio.fail_after(8):
        while hidden(vault):
            await trio.sleep(0.05)


async def test_what_a_lost_connection_may_have_hidden_is_shown_again(
    vault: PlantedVault, expect_log: Callable[[str], None]
) -> None:
    expect_log("the daemon does not answer")
    dogs(vault)
    names = await vault.names("search/dog")
    folder = await vault.folder("search/dog")
    vault.daemon.silent = True
    for name in names[:2]:
        with pytest.raises(Unavailable):
            await folder.remove(name.encode(), vault.caller)
    assert len(hidden(vault)) == 1  # carried out, and the answer lost
    vault.daemon.silent = False
    with trio.fail_after(30):
        while not vault.link.connected:
            await trio.sleep(0.05)
    await remove(vault, folder, *names[2:])
    assert hidden(vault) == []


@pytest.mark.parametrize("name", ["002 b.jpg", ".002 b.jpg.Xy12Zz"])
async def test_who_makes_room_for_bytes_that_are_refused_hides_nothing(name: str, vault: PlantedVault) -> None:
    pictures = dogs(vault)
    await vault.names("search/dog")
    folder = await vault.folder("search/dog")
    await remove(vault, folder, "001 a.jpg", "002 b.jpg")
    with pytest.raises(ReadOnly):
        await folder.create(name.encode(), 0o644, Caller(os.getpid()))
    assert hidden(vault) == [pictures[0].id]
    vault.clock.seconds += 5
    with pytest.raises(ReadOnly):
        await folder.create(b"001 a.jpg", 0o644, vault.caller)
    assert hidden(vault) == [pictures[0].id]
    assert await vault.names("search/dog") == ["001 b.jpg", "002 c.jpg", "003 d.jpg", "004 e.jpg"]


async def test_a_removed_name_is_no_way_into_an_original_until_the_folder_is_listed(vault: PlantedVault) -> None:
    dogs(vault)
    names = await vault.names("search/dog")
    folder = await vault.folder("search/dog")
    await remove(vault, folder, *names)
    assert hidden(vault) == []
    for name in names:
        with pytest.raises(Missing):
            await folder.lookup(name.encode())
    assert await vault.names("search/dog") == names
