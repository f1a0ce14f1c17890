"""Shares on a network: nothing tells of changes there, and they answer when they like."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import trio

from support.ingesting import PATIENCE_S, Library, draw, ingesting
from support.share import share


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vaultd.ingest.minder.LOOK_S", 0.1)
    monkeypatch.setattr("vaultd.ingest.minder.POLL_S", 0.2)


def names(library: Library) -> list[str]:
    """Names of all files that are there."""
    with library.catalog.read() as sql:
        rows = sql.execute("SELECT path FROM files WHERE state = 'present' ORDER BY path").fetchall()
    return [os.path.basename(os.fsdecode(path)) for (path,) in rows]


def state_of(library: Library) -> str:
    """Of the first watched folder."""
    return library.ingest.root_states()[0].state


async def test_what_changes_on_a_share_is_found_though_nobody_tells(tmp_path: Path) -> None:
    with share(tmp_path) as drive:
        async with ingesting(tmp_path, roots=False) as library:
            (drive.behind / "deep").mkdir()
            draw(drive.behind / "deep/a.jpg", "red")
            await library.ingest.noticing.add_roots([os.fsencode(drive.place)])
            await library.settled()
            assert names(library) == ["a.jpg"]
            assert state_of(library) == "polling"
            draw(drive.behind / "deep/b.jpg", "blue")
            (drive.behind / "deep/a.jpg").unlink()
            await library.until(lambda: names(library) == ["b.jpg"], "the change is noticed")


async def test_a_share_inside_a_watched_folder_is_polled_and_the_rest_is_watched(tmp_path: Path) -> None:
    (tmp_path / "Pictures").mkdir()
    with share(tmp_path / "Pictures") as drive:
        async with ingesting(tmp_path, library_ignore='["behind"]') as library:
            await library.settled()
            assert state_of(library) == "polling"
            assert os.fsencode(library.folder) in library.ingest.noticing.watch
            assert os.fsencode(drive.place) not in library.ingest.noticing.watch
            draw(drive.behind / "a.jpg", "red")
            await library.until(lambda: names(library) == ["a.jpg"], "the change is noticed")


async def test_a_vault_that_is_mounted_in_a_watched_folder_is_no_part_of_it(tmp_path: Path) -> None:
    """Nor is it looked through now and then: whatever is in it, is in some library already."""
    async with ingesting(tmp_path, library_ignore='["behind"]') as library:
        library.draw("mine.jpg", "blue")
        await library.settled()
        with share(library.folder, ours=True) as other:
            draw(other.behind / "theirs.jpg", "red")
            await library.settled()
            assert os.path.exists(other.place / "theirs.jpg")
            assert names(library) == ["mine.jpg"]
            assert list(library.ingest.noticing.watch) == [os.fsencode(library.folder)]
            assert state_of(library) == "watching"


@pytest.mark.parametrize("deep", [False, True], ids=["a picture", "a folder"])
def test_a_change_of_case_is_a_new_name_where_case_does_not_matter(tmp_path: Path, deep: bool) -> None:
    trio.run(_change_case, tmp_path, deep)


async def _change_case(tmp_path: Path, deep: bool) -> None:
    with share(tmp_path, fold=True) as drive:
        async with ingesting(tmp_path, roots=False) as library:
            (drive.behind / "x").mkdir()
            draw(drive.behind / "x/a.jpg", "red")
            await library.ingest.noticing.add_roots([os.fsencode(drive.place)])
            await library.settled()
            library.tag(1, "pets")
            old, new = ("x", "X") if deep else ("x/a.jpg", "x/A.JPG")
            (drive.behind / old).rename(drive.behind / new)
            want = "X/a.jpg" if deep else "x/A.JPG"
            await library.until(lambda: library.paths(1) == [f"{drive.place}/{want}"], "it has its new name only")
            await library.settled()
            assert library.count("files") == 1
            assert library.tags_of(1) == ["user:pets"]
            assert library.ingest.counters.decoded == 1


async def test_a_share_that_does_not_answer_holds_up_no_other_folder(tmp_path: Path) -> None:
    with share(tmp_path) as drive:
        async with ingesting(tmp_path) as library:
            draw(drive.behind / "far.jpg", "red")
            (drive.behind / "sub").mkdir()
            await library.ingest.noticing.add_roots([os.fsencode(drive.place)])
            await library.settled()
            drive.hang()
            await trio.sleep(0.5)
            library.draw("near/a.jpg", "blue")
            await library.until(lambda: library.image("near/a.jpg") is not None, "what happens elsewhere is followed")
            other = tmp_path / "Other"
            other.mkdir()
            draw(other / "b.jpg", "green")
            with trio.fail_after(PATIENCE_S):
                await library.ingest.noticing.add_roots([os.fsencode(other)])
            await library.until(lambda: library.count("images") == 3, "another folder can be added and looked through")
            with trio.fail_after(PATIENCE_S):
                await library.ingest.noticing.remove_root(os.fsencode(drive.place), forget=False)
            assert str(drive.place) not in [root.path for root in library.ingest.root_states()]


async def test_a_share_that_does_not_answer_is_away_until_it_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]
) -> None:
    expect_log("counts as away")
    monkeypatch.setattr("vaultd.ingest.minder.ANSWER_S", 0.5)
    with share(tmp_path) as drive:
        async with ingesting(tmp_path, roots=False) as library:
            draw(drive.behind / "a.jpg", "red")
            await library.ingest.noticing.add_roots([os.fsencode(drive.place)])
            await library.settled()
            library.tag(1, "pets")
            drive.hang()
            away = [str(drive.place / "a.jpg")]
            await library.until(lambda: library.paths(1, "offline") == away, "it is away as a whole")
            assert state_of(library) == "offline"
            (drive.behind / "a.jpg").rename(drive.behind / "b.jpg")
            drive.answer()
            back = [str(drive.place / "b.jpg")]
            await library.until(lambda: library.paths(1) == back, "it is back, with what changed meanwhile")
            assert library.tags_of(1) == ["user:pets"]
            assert library.count("files") == library.ingest.counters.decoded == 1
            assert library.count("failures") == 0


async def test_a_share_that_stops_answering_while_it_is_looked_through_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]
) -> None:
    expect_log("counts as away")
    monkeypatch.setattr("vaultd.ingest.minder.ANSWER_S", 0.5)
    with share(tmp_path) as drive:
        async with ingesting(tmp_path, roots=False) as library:
            for number in range(40):
                (drive.behind / str(number)).mkdir()
                draw(drive.behind / f"{number}/a.png", f"#0000{number:02}")
            await library.ingest.noticing.add_roots([os.fsencode(drive.place)])
            await library.until(lambda: library.count("files") > 0, "looking has begun")
            drive.hang()
            await library.until(lambda: state_of(library) == "offline", "it is away")
            drive.answer()
            await library.until(lambda: library.count("images") == 40, "it is looked through after all")
            assert library.count("failures") == 0


async def test_a_share_that_falls_silent_while_it_is_looked_through_again_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]
) -> None:
    expect_log("counts as away")
    monkeypatch.setattr("vaultd.ingest.minder.ANSWER_S", 0.5)
    monkeypatch.setattr("vaultd.ingest.minder.POLL_S", 0)
    monkeypatch.setattr("vaultd.ingest.minder.POLLING_SHARE", 0)
    with share(tmp_path) as drive:
        async with ingesting(tmp_path, roots=False) as library:
            for number in range(200):
                (drive.behind / str(number)).mkdir()
            await library.ingest.noticing.add_roots([os.fsencode(drive.place)])
            await library.settled()
            draw(drive.behind / "0/a.png", "red")
            await library.until(lambda: library.count("images") == 1, "it is looked through now and then")
            await library.until(lambda: state_of(library) == "scanning", "and just now")
            drive.hang()
            await library.until(lambda: state_of(library) == "offline", "it is away")
            draw(drive.behind / "0/b.png", "blue")
            drive.answer()
            await library.until(lambda: library.count("images") == 2, "it is looked through after all")


async def test_a_share_that_does_not_answer_does_not_keep_the_daemon_from_ending(tmp_path: Path) -> None:
    with share(tmp_path) as drive:
        async with ingesting(tmp_path, roots=False) as library:
            (drive.behind / "sub").mkdir()
            await library.ingest.noticing.add_roots([os.fsencode(drive.place)])
            await library.settled()
            drive.hang()
            await trio.sleep(0.5)
            start = time.monotonic()
        assert time.monotonic() - start < 5
