"""What is watched, what is not, and what happens to many files at once."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import trio

from support.ingesting import Library, draw, ingesting
from vaultd.catalog import files
from vaultd.ingest.walk import facts_of
from vaultd.ingest.watch import LIMIT, FolderWatch, WatchLimit, our_share

MANY = 10_000
LONGEST_STALL_S = 1.5
"""The mount waits two seconds for an answer; on a machine with nothing else to do it is a tenth of that."""


async def test_other_programs_are_left_a_share_of_the_folders_that_may_be_watched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]
) -> None:
    expect_log("max_user_watches")
    monkeypatch.setattr("vaultd.ingest.minder.LOOK_S", 0.1)
    monkeypatch.setattr("vaultd.ingest.minder.POLL_S", 0.2)
    assert our_share() <= int(LIMIT.read_text()) * 3 // 4
    monkeypatch.setattr("vaultd.ingest.noticing.our_share", lambda: 3)
    async with ingesting(tmp_path) as library:
        for number in range(6):
            library.draw(f"{number}/a.png", f"#{number}00000")
        await library.settled()
        assert len(library.ingest.noticing.watch) == 3
        await library.until(lambda: library.ingest.root_states()[0].state == "polling", "the rest is polled")
        assert library.ingest.noticing.lacks_watches, "which `vvault doctor` tells, and what to do"
        library.draw("new/b.png", "blue")
        await library.until(lambda: library.image("new/b.png") is not None, "the rest is looked through")


async def test_a_new_folder_beyond_the_share_is_polled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]
) -> None:
    expect_log("max_user_watches")
    monkeypatch.setattr("vaultd.ingest.minder.LOOK_S", 0.1)
    monkeypatch.setattr("vaultd.ingest.minder.POLL_S", 0.2)
    monkeypatch.setattr("vaultd.ingest.noticing.our_share", lambda: 2)
    async with ingesting(tmp_path) as library:
        library.draw("sub/a.png", "red")
        await library.settled()
        assert library.ingest.root_states()[0].state == "watching"
        library.draw("new/b.png", "blue")
        await library.until(lambda: library.image("new/b.png") is not None, "it is found when it appears")
        await library.until(lambda: library.ingest.state == "idle", "all is quiet")
        library.draw("new/c.png", "green")
        await library.until(lambda: library.image("new/c.png") is not None, "and looked through from then on")


async def test_what_is_passed_over_is_never_watched(tmp_path: Path) -> None:
    async with ingesting(tmp_path, library_ignore='["cache"]') as library:
        library.draw("cache/deep/a.jpg", "red")
        library.draw("album/b.jpg", "blue")
        await library.settled()
        library.draw("album/cache/deep/c.jpg", "green")
        library.draw("album/more/d.jpg", "white")
        await library.until(lambda: library.image("album/more/d.jpg") is not None, "a new folder is watched")
        watched = {os.fsdecode(folder) for folder in library.ingest.noticing.watch}
        assert watched == {str(library.folder / name) for name in ("", "album", "album/more")}
        (library.folder / ".vaultignore").write_text("more\n")
        passed = os.fsencode(library.folder / "album/more")
        await library.until(
            lambda: passed not in library.ingest.noticing.watch, "what is passed over from now on is not"
        )


def test_a_watch_ends_with_its_folder_however_many_others_there_are(tmp_path: Path) -> None:
    watch = FolderWatch(50_000)
    folders = [os.fsencode(tmp_path / f"{number % 100}/{number}") for number in range(20_000)]
    for folder in [os.fsencode(tmp_path), *{os.path.dirname(folder) for folder in folders}, *folders]:
        os.makedirs(folder, exist_ok=True)
        watch.add(folder)
    start = time.monotonic()
    for folder in folders[:-1]:
        watch.remove(folder)
    assert time.monotonic() - start < 5
    watch.rename(os.fsencode(tmp_path / "99"), os.fsencode(tmp_path / "new"))
    assert os.fsencode(tmp_path / "new/19999") in watch
    assert len(watch) == 102
    watch.remove(os.fsencode(tmp_path))
    assert len(watch) == 0
    watch.close()


def test_more_folders_than_the_share_are_refused_and_known_ones_are_not(tmp_path: Path) -> None:
    watch = FolderWatch(1)
    watch.add(os.fsencode(tmp_path))
    watch.add(os.fsencode(tmp_path))
    (tmp_path / "more").mkdir()
    with pytest.raises(WatchLimit):
        watch.add(os.fsencode(tmp_path / "more"))
    watch.close()


async def test_pictures_moved_between_two_watched_folders_keep_what_is_known(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        other = tmp_path / "Other"
        other.mkdir()
        await library.ingest.noticing.add_roots([os.fsencode(other)])
        library.draw("a.jpg", "red")
        library.draw("sub/b.jpg", "blue")
        await library.settled()
        images = [library.image("a.jpg"), library.image("sub/b.jpg")]
        for image in images:
            library.tag(image, "pets")
        (library.folder / "a.jpg").rename(other / "a.jpg")
        (library.folder / "sub").rename(other / "sub")
        wanted = [[str(other / "a.jpg")], [str(other / "sub/b.jpg")]]
        await library.until(lambda: [library.paths(image) for image in images] == wanted, "they are in the other one")
        await library.settled()
        assert [root.files for root in library.ingest.root_states()] == [0, 2]
        assert [library.tags_of(image) for image in images] == [["user:pets"]] * 2
        assert library.ingest.counters.decoded == 2


async def test_folders_moved_between_watched_ones_while_nobody_watches_keep_what_is_known(tmp_path: Path) -> None:
    other = tmp_path / "Other"
    other.mkdir()
    async with ingesting(tmp_path) as library:
        await library.ingest.noticing.add_roots([os.fsencode(other)])
        for number in range(4):
            library.draw(f"sub/deep/{number}.png", f"#{number}00000")
        await library.settled()
        images = [library.image(f"sub/deep/{number}.png") for number in range(4)]
        for image in images:
            library.tag(image, "pets")
        folder = library.folder
    (folder / "sub").rename(other / "moved")
    async with ingesting(tmp_path) as library:
        await library.settled()
        assert [library.paths(image) for image in images] == [
            [str(other / f"moved/deep/{number}.png")] for number in range(4)
        ]
        assert [library.tags_of(image) for image in images] == [["user:pets"]] * 4
        assert library.count("files") == library.count("images") == 4
        assert library.ingest.counters.decoded == 0


async def test_a_new_file_under_the_name_of_one_that_just_left_is_not_overlooked(tmp_path: Path) -> None:
    """Of a way out of the library the kernel tells one half; by the time it is believed the new file is there."""
    async with ingesting(tmp_path, ingest_settle_ms="400") as library:
        library.draw("a.jpg", "red")
        await library.settled()
        red = library.image("a.jpg")
        (library.folder / "a.jpg").rename(tmp_path / "a.jpg")
        library.draw("a.jpg", "blue")
        await library.until(lambda: library.image("a.jpg") not in (None, red), "the new one is read")


async def test_a_picture_that_is_renamed_and_deleted_in_one_breath_is_gone(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        library.draw("a.png", "red")
        await library.settled()
        (library.folder / "a.png").rename(library.folder / "b.png")
        (library.folder / "b.png").unlink()
        await library.until(lambda: library.image("a.png") is None, "the picture is gone")


async def test_what_is_moved_out_while_another_program_writes_without_pause_is_gone(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        library.draw("a.jpg", "red")
        await library.settled()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_write_without_pause, library.folder / "program.log")
            (library.folder / "a.jpg").rename(tmp_path / "a.jpg")
            with trio.fail_after(10):
                await library.until(lambda: library.image("a.jpg") is None, "it is gone")
                await library.until(lambda: library.ingest.pending == 0, "nothing waits for its other half")
            nursery.cancel_scope.cancel()


async def _write_without_pause(path: Path) -> None:
    while True:
        path.write_text("a line")
        await trio.sleep(0.02)


async def test_a_folder_that_takes_the_name_of_one_that_just_left_is_watched(tmp_path: Path) -> None:
    """Of the way out the kernel tells one half, which is believed when the other folder is watched already."""
    (tmp_path / "fresh").mkdir()
    draw(tmp_path / "fresh/b.jpg", "blue")
    async with ingesting(tmp_path) as library:
        library.draw("sub/a.jpg", "red")
        await library.settled()
        red = library.image("sub/a.jpg")
        (library.folder / "sub").rename(tmp_path / "old")
        (tmp_path / "fresh").rename(library.folder / "sub")
        await library.until(lambda: library.paths(red, "missing") == ["sub/a.jpg"], "the one is gone")
        await library.until(lambda: library.image("sub/b.jpg") is not None, "the other is there")
        await library.until(lambda: library.ingest.state == "idle", "all is quiet")
        library.draw("sub/c.jpg", "green")
        await library.until(lambda: library.image("sub/c.jpg") is not None, "what comes later is seen")


async def test_a_folder_of_ten_thousand_pictures_moves_at_once_and_nobody_waits(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        await library.settled()
        (tmp_path / "outside").mkdir()
        _know(library, tmp_path / "outside", library.folder / "many")
        (tmp_path / "outside").rename(library.folder / "many")
        await library.settled()
        stalls: list[float] = []
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_tick, stalls)
            (library.folder / "many").rename(library.folder / "moved")
            await library.until(lambda: _present(library, b"moved/") == MANY, "all have their new names")
            await library.settled()
            nursery.cancel_scope.cancel()
        assert _present(library, b"moved/") == library.count("files") == library.count("images") == MANY
        assert library.ingest.counters.decoded == library.ingest.counters.quarantined == 0
        assert max(stalls) < LONGEST_STALL_S


def _know(library: Library, place: Path, shown: Path) -> None:
    """Files in a folder that the catalog knows as pictures below another one, where nobody reads them again."""
    with library.catalog.write() as tx:
        [(root, volume)] = tx.sql.execute("SELECT id, volume FROM roots").fetchall()
        for number in range(MANY):
            (place / f"{number}.png").write_bytes(b"%d" % number)
            facts = facts_of(os.fsencode(place / f"{number}.png"))
            assert facts is not None
            image = tx.sql.execute(
                "INSERT INTO images (hash, type, size, width, height, added_at, metadata_version)"
                " VALUES (?, 'image/png', 1, 1, 1, 0, 99) RETURNING id",
                (number.to_bytes(32, "big"),),
            ).fetchone()[0]
            files.insert(tx, volume, root, os.fsencode(shown / f"{number}.png")[1:], facts, image)


def _present(library: Library, folder: bytes) -> int:
    start = os.fsencode(library.folder)[1:] + b"/" + folder
    with library.catalog.read() as sql:
        row = sql.execute(
            "SELECT count(*) FROM files WHERE state = 'present' AND image IS NOT NULL AND path >= ? AND path < ?",
            (start, start[:-1] + b"0"),
        ).fetchone()
    return int(row[0])


async def _tick(stalls: list[float]) -> None:
    while True:
        start = time.monotonic()
        await trio.sleep(0.01)
        stalls.append(time.monotonic() - start)


async def test_what_a_user_said_follows_an_edit_and_stays_with_the_old_picture(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        content = library.draw("a.jpg", "red")
        await library.settled()
        old = library.image("a.jpg")
        with library.catalog.write() as tx:
            tx.sql.execute("INSERT INTO feedback VALUES ('dogs', ?, 'hide', 1)", (old,))
            tx.sql.execute("INSERT INTO ratings VALUES (?, 'user', 4)", (old,))
        draw(library.folder / "a.jpg", "blue")
        await library.until(lambda: library.image("a.jpg") not in (None, old), "the edit is known")
        new = library.image("a.jpg")
        with library.catalog.read() as sql:
            said = sql.execute("SELECT image, query, verdict FROM feedback ORDER BY image").fetchall()
            stars = sql.execute("SELECT image, rating FROM ratings ORDER BY image").fetchall()
        assert said == [(old, "dogs", "hide"), (new, "dogs", "hide")]
        assert stars == [(old, 4), (new, 4)]
        (library.folder / "a.jpg").write_bytes(content)
        await library.until(lambda: library.image("a.jpg") == old, "an undo in the editor finds the old one")


async def test_ten_thousand_pictures_that_are_gone_keep_nobody_waiting(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        await library.settled()
        (tmp_path / "outside").mkdir()
        _know(library, tmp_path / "outside", library.folder / "many")
        stalls: list[float] = []
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_tick, stalls)
            await library.settled()
            nursery.cancel_scope.cancel()
        assert _present(library, b"") == 0
        assert library.count("files") == library.count("images") == MANY, "they are missing, and not forgotten"
        assert max(stalls) < LONGEST_STALL_S
