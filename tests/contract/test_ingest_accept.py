"""Bytes written into the mount: nothing is ever lost, and what is taken in is visible when the answer comes."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trio

from support.ingesting import Library, draw, ingesting
from vaultd.catalog import actions, albums, privacy, views
from vaultd.domain.private import Private
from vaultd.ingest import inbox, keeper
from vaultipc.errors import DiskFull, NotFound, Refused
from vaultipc.messages import Accepted, AcceptParams


def held(library: Library, colour: str = "red", name: str = "1") -> Path:
    """Bytes in the holding folder, as the file system leaves them there."""
    path = library.ingest.holding / name
    draw(path, colour)
    return path


async def accept(library: Library, path: Path, name: str = "new.jpg", tag: str = "pets", **more: Any) -> Accepted:
    return await library.ingest.accept(AcceptParams(holding=str(path), name=name, tag=tag, **more))


async def test_an_unknown_picture_becomes_a_file_of_the_inbox_tagged_and_whole(tmp_path: Path) -> None:
    async with ingesting(tmp_path, model=True) as library:
        await library.settled()
        found = await accept(library, held(library))
        assert not found.known
        assert found.hit.path == str(library.folder / "Vault Inbox/new.jpg")
        assert found.hit.tags == ["pets"]
        assert library.count("embeddings") == 1
        assert (library.folder / "Vault Inbox/new.jpg").read_bytes() == (library.ingest.holding / "1").read_bytes()
        await library.settled()
        assert library.count("images") == library.count("files") == 1
        assert library.ingest.counters.decoded == 0, "the watcher finds nothing to do"


async def test_a_known_picture_is_tagged_and_only_held(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        library.draw("a.jpg", "red")
        await library.settled()
        found = await accept(library, held(library))
        assert found.known
        assert found.hit.path == str(library.folder / "a.jpg")
        assert library.tags_of(library.image("a.jpg")) == ["user:pets"]
        assert not (library.folder / "Vault Inbox").exists()
        assert library.count("holdings") == 1


async def _accept_into(found: list[Accepted], library: Library, path: Path) -> None:
    found.append(await accept(library, path))


async def test_a_known_picture_waits_for_no_worker(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        library.draw("a.jpg", "red")
        await library.settled()
        async with library.ingest.pool.lease("asker"), trio.open_nursery() as nursery:  # the only such worker
            others: list[Accepted] = []
            nursery.start_soon(_accept_into, others, library, held(library, "green", "2"))
            nursery.start_soon(_accept_into, others, library, held(library))
            with trio.fail_after(60):
                while not others:
                    await trio.sleep(0.01)
            await trio.sleep(0.2)
            assert [found.known for found in others] == [True], "what is not known has to be looked at"
            nursery.cancel_scope.cancel()
        assert library.tags_of(library.image("a.jpg")) == ["user:pets"]


async def test_a_picture_taken_into_an_album_has_the_place_of_the_one_it_replaces(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        for name, colour in (("a.jpg", "red"), ("b.jpg", "green"), ("c.jpg", "blue")):
            library.draw(name, colour)
        await library.settled()
        first, second, third = (library.image(name) or 0 for name in ("a.jpg", "b.jpg", "c.jpg"))
        with library.catalog.write() as tx, actions.recorded(tx, "test", "test", "test") as action:
            albums.add(action, albums.create(action, "Trip"), [first, second, third])
        params = AcceptParams(holding=str(held(library, "white")), name="n.jpg", album="Trip", replaces=str(second))
        found = await library.ingest.accept(params)
        with library.catalog.read() as sql:
            assert albums.images(sql, albums.require(sql, "Trip")) == [first, int(found.image), third]
        assert found.hit.tags == []


async def test_a_picture_can_be_made_a_favourite_as_it_is_taken_in(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        await library.settled()
        found = await library.ingest.accept(AcceptParams(holding=str(held(library)), name="n.jpg", favourite=True))
        other = AcceptParams(
            holding=str(held(library, "blue", "2")), favourite=True, name="o.jpg", replaces=found.image
        )
        replacing = await library.ingest.accept(other)
        with library.catalog.read() as sql:
            assert views.favourites(sql, 10) == [int(replacing.image)]


async def test_the_same_bytes_may_be_given_again(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        await library.settled()
        path = held(library)
        first, second = await accept(library, path), await accept(library, path)
        assert (first.image, second.known) == (second.image, True)
        assert library.count("holdings") == library.count("files") == 1


async def test_the_last_file_of_a_held_picture_becomes_one_of_the_inbox_when_it_is_deleted(tmp_path: Path) -> None:
    """This is `mv` of the only copy from inside the library into a tag: written, closed, then the source unlinked."""
    async with ingesting(tmp_path) as library:
        content = library.draw("a.jpg", "red")
        await library.settled()
        image = library.image("a.jpg")
        await accept(library, held(library), name="a.jpg")
        (library.folder / "a.jpg").unlink()
        await library.until(lambda: library.paths(image) == ["Vault Inbox/a.jpg"], "the inbox has it")
        assert (library.folder / "Vault Inbox/a.jpg").read_bytes() == content
        assert library.tags_of(image) == ["user:pets"]


async def test_a_picture_with_another_copy_needs_no_rescue(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        library.draw("a.jpg", "red")
        shutil.copy(library.folder / "a.jpg", library.folder / "b.jpg")
        await library.settled()
        await accept(library, held(library))
        (library.folder / "a.jpg").unlink()
        await library.until(lambda: library.image("a.jpg") is None, "it is gone")
        assert library.paths(library.image("b.jpg")) == ["b.jpg"]
        assert not (library.folder / "Vault Inbox").exists()


async def test_a_deletion_nobody_saw_is_made_up_for_at_the_start(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        library.draw("a.jpg", "red")
        await library.settled()
        await accept(library, held(library), name="a.jpg")
    (tmp_path / "Pictures/a.jpg").unlink()
    async with ingesting(tmp_path) as library:
        await library.settled()
        assert library.paths(1) == ["Vault Inbox/a.jpg"]


async def test_a_held_picture_is_dropped_after_a_day_if_another_file_is_still_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with ingesting(tmp_path) as library:
        library.draw("a.jpg", "red")
        await library.settled()
        path = held(library)
        await accept(library, path)
        await library.ingest._keeper.expire()
        assert path.exists(), "a day is not over"
        monkeypatch.setattr(keeper, "HELD_S", -1)
        await library.ingest._keeper.expire()
        assert not path.exists()
        assert library.count("holdings") == 0


async def test_a_held_picture_whose_other_file_is_not_whole_any_more_is_kept_for_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with ingesting(tmp_path) as library:
        library.draw("a.jpg", "red")
        await library.settled()
        content = held(library).read_bytes()
        await accept(library, library.ingest.holding / "1")
        library.ingest.pause()
        with (library.folder / "a.jpg").open("r+b") as file:
            file.write(b"rotten")
        monkeypatch.setattr(keeper, "HELD_S", -1)
        await library.ingest._keeper.expire()
        assert (library.folder / "Vault Inbox/new.jpg").read_bytes() == content
        assert library.count("holdings") == 0


async def test_what_nobody_refers_to_is_removed_from_the_holding_folder_after_a_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with ingesting(tmp_path) as library:
        library.draw("a.jpg", "red")
        await library.settled()
        stray, kept = (held(library, name=name) for name in ("stray", "kept"))
        await accept(library, kept)
        os.utime(stray, (1, 1))
        await library.ingest._keeper.tidy()
        assert stray.exists(), "it came a moment ago, whatever its date says"
        monkeypatch.setattr(keeper, "HELD_S", -1)
        await library.ingest._keeper.tidy()
        assert not stray.exists()
        assert kept.exists()


async def test_who_deletes_a_picture_that_came_back_means_it(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        library.draw("a.jpg", "red")
        await library.settled()
        image = library.image("a.jpg")
        await accept(library, held(library), name="001 a.jpg")
        (library.folder / "a.jpg").unlink()
        await library.until(lambda: library.paths(image) == ["Vault Inbox/a.jpg"], "as after mv of the only copy")
        await library.until(lambda: not os.listdir(library.ingest.holding), "and what was held for it is not needed")
        (library.folder / "Vault Inbox/a.jpg").unlink()
        await library.until(lambda: library.paths(image) == [], "it is gone for good")
        assert library.tags_of(image) == ["user:pets"]


async def test_a_new_picture_that_is_deleted_from_the_inbox_does_not_come_back(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        await library.settled()
        image = int((await accept(library, held(library))).image)
        (library.folder / "Vault Inbox/new.jpg").unlink()
        await library.until(lambda: library.paths(image) == [], "it is gone for good")


async def test_a_private_picture_that_is_moved_into_a_tag_stays_where_it_is_private(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        privacy.begin(library.catalog, Private.of(["secret"], str(tmp_path)))
        library.draw("secret/a.jpg", "red")
        await library.settled()
        image = library.image("secret/a.jpg")
        await accept(library, held(library), name="a.jpg")
        (library.folder / "secret/a.jpg").unlink()
        await library.until(lambda: not os.listdir(library.ingest.holding), "it has a file again")
        assert library.paths(image) == ["secret/a.jpg"]
        with library.catalog.read() as sql:
            assert sql.execute("SELECT private FROM files WHERE state = 'present'").fetchall() == [(1,)]


async def test_names_never_collide_and_are_made_fit(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        await library.settled()
        wanted = {
            "new.jpg": "new.jpg",
            "new.jpg ": "new.jpg .jpg",
            "New folder/../x": "x.jpg",
            ".hidden.jpg": "hidden.jpg",
            "y" * 300 + ".jpg": "y" * 240,
        }
        for number, (name, expected) in enumerate(wanted.items()):
            found = await accept(library, held(library, f"#{number}00000", str(number)), name=name)
            assert found.hit.name.startswith(expected)
        found = await accept(library, held(library, "blue", "x"), name="new.jpg")
        assert found.hit.name == "new (2).jpg"


async def test_what_is_no_picture_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        await library.settled()
        path = library.ingest.holding / "text"
        path.write_text("no picture")
        with pytest.raises(Refused, match="cannot be taken in as a picture"):
            await accept(library, path)
        assert library.count("images") == library.count("holdings") == library.count("tags") == 0


async def test_only_the_holding_folder_is_read(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        await library.settled()
        draw(tmp_path / "a.jpg", "red")
        (library.ingest.holding / "link").symlink_to(tmp_path / "a.jpg")
        with pytest.raises(Refused, match="holding folder"):
            await accept(library, tmp_path / "a.jpg")
        with pytest.raises(Refused, match="holding folder"):
            await accept(library, library.ingest.holding / "../../a.jpg")
        with pytest.raises(Refused, match="not a file"):
            await accept(library, library.ingest.holding / "link")
        with pytest.raises(NotFound):
            await accept(library, library.ingest.holding / "none")


async def test_without_any_folder_nothing_can_be_taken_in(tmp_path: Path) -> None:
    async with ingesting(tmp_path, roots=False) as library:
        with pytest.raises(Refused, match="no watched folder"):
            await accept(library, held(library))


async def test_a_configured_inbox_is_watched_from_its_first_use(tmp_path: Path) -> None:
    async with ingesting(tmp_path, library_inbox=str(tmp_path / "In")) as library:
        await library.settled()
        found = await accept(library, held(library))
        assert found.hit.path == str(tmp_path / "In/new.jpg")
        assert [root.path for root in library.ingest.root_states()] == [str(library.folder), str(tmp_path / "In")]


async def test_the_replaced_picture_loses_the_tag_in_the_same_action(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        library.draw("a.jpg", "red")
        await library.settled()
        image = library.image("a.jpg")
        library.tag(image, "pets")
        actions = library.count("actions")
        await accept(library, held(library, "blue"), replaces=str(image))
        assert library.tags_of(image) == []
        assert library.count("actions") == actions + 1


async def test_a_full_disk_refuses_the_picture_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    async with ingesting(tmp_path) as library:
        await library.settled()
        monkeypatch.setattr(inbox, "_publish", full)
        with pytest.raises(DiskFull, match="no space is left"):
            await accept(library, held(library))
        assert os.listdir(library.folder / "Vault Inbox") == []
        assert library.count("images") == library.count("holdings") == 0


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for little."""
    if os.getuid() != 0:
        pytest.skip("needs root to mount a small file system")
    place = tmp_path / "tiny"
    place.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", place], check=False, capture_output=True)
    if done.returncode:
        pytest.skip("no small file system can be mounted here")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


async def test_a_picture_that_does_not_fit_is_refused_until_there_is_room(tmp_path: Path, tiny: Path) -> None:
    async with ingesting(tmp_path, roots=False) as library:
        await library.ingest.noticing.add_roots([os.fsencode(tiny)])
        await library.settled()
        (tiny / "Vault Inbox").mkdir()
        (tiny / "ballast").write_bytes(bytes(64 * 1024 - 4096))
        path = held(library)
        with path.open("ab") as file:
            file.write(bytes(20_000))
        with pytest.raises(DiskFull):
            await accept(library, path)
        assert os.listdir(tiny / "Vault Inbox") == []
        (tiny / "ballast").unlink()
        assert (await accept(library, path)).hit.path == str(tiny / "Vault Inbox/new.jpg")


async def test_a_rescue_that_finds_no_room_is_made_up_for_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]
) -> None:
    expect_log("could not be put into the inbox yet")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    async with ingesting(tmp_path) as library:
        library.draw("a.jpg", "red")
        await library.settled()
        image = library.image("a.jpg")
        await accept(library, held(library), name="a.jpg")
        with monkeypatch.context() as patched:
            patched.setattr(inbox, "_publish", full)
            (library.folder / "a.jpg").unlink()
            await library.until(lambda: library.paths(image) == [], "its last file is gone")
        await library.ingest._keeper.rescue_lost()
        assert library.paths(image) == ["Vault Inbox/a.jpg"]


async def test_a_held_picture_of_which_every_file_was_edited_meanwhile_is_not_brought_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with ingesting(tmp_path) as library:
        library.draw("a.jpg", "red")
        await library.settled()
        path = held(library)
        await accept(library, path, tag="pets")
        library.draw("a.jpg", "blue")
        await library.settled()
        assert library.tags_of(library.image("a.jpg")) == ["user:pets"]
    async with ingesting(tmp_path) as library:
        await library.settled()
        await library.ingest._keeper.rescue_lost()
        assert not (library.folder / "Vault Inbox").exists()
        assert path.exists(), "a day is not over"
        monkeypatch.setattr(keeper, "HELD_S", -1)
        await library.ingest._keeper.expire()
        assert not (library.folder / "Vault Inbox").exists()
        assert not path.exists()
        assert library.count("holdings") == 0
