"""A picture that was saved beside another one, was read there, and is then renamed over it, is the edit of that one."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from support.ingesting import Library, draw, ingesting
from support.ways import WAYS, Ground
from vaultd.catalog import drafts, images


@pytest.fixture(params=["runs", "is away"])
def daemon_runs(request: pytest.FixtureRequest) -> bool:
    """Whether the daemon runs while files are renamed."""
    return bool(request.param == "runs")


async def _after(
    tmp_path: Path, before: Callable[[Library], Awaitable[object]], deed: Callable[[Path], object], daemon_runs: bool
) -> dict[str, list[str]]:
    """Names of present files after the deed, with the tags of each: `before` is done to `a.png` and `tmp.png`."""
    async with ingesting(tmp_path) as library:
        library.draw("a.png", "red")
        await library.settled()
        library.tag(library.image("a.png"), "pets")
        library.draw("tmp.png", "blue")
        await library.settled()
        await before(library)
        drawn = library.count("images")
        if daemon_runs:
            deed(library.folder)
            await library.until(lambda: library.image("tmp.png") is None, "the rename is known")
            await library.settled()
            return _tags(library, drawn)
    deed(tmp_path / "Pictures")
    async with ingesting(tmp_path) as library:
        await library.settled()
        return _tags(library, drawn)


def _tags(library: Library, drawn: int) -> dict[str, list[str]]:
    assert library.count("images") == drawn
    names = sorted(path.name for path in library.folder.iterdir())
    return {name: library.tags_of(library.image(name)) for name in names}


def _renamed(folder: Path) -> None:
    (folder / "tmp.png").rename(folder / "a.png")


def _deleted_first(folder: Path) -> None:
    (folder / "a.png").unlink()
    _renamed(folder)


def _kept_aside(folder: Path) -> None:
    (folder / "a.png").rename(folder / "a_original.png")
    _renamed(folder)


async def _nothing(library: Library) -> None:
    """The two pictures are as they were drawn."""


async def _praised(library: Library) -> None:
    library.tag(library.image("tmp.png"), "cars")


A_WHILE_MS = 1_000
"""Clocks of file systems lag behind by some milliseconds."""


async def _aged(library: Library) -> None:
    with library.catalog.write() as tx:
        tx.sql.execute("UPDATE images SET added_at = added_at - ?", (drafts.MADE_WITHIN_MS + A_WHILE_MS,))


async def _copied(library: Library) -> None:
    shutil.copy(library.folder / "tmp.png", library.folder / "b.png")
    await library.settled()


@pytest.mark.parametrize("deed", [_renamed, _deleted_first])
async def test_a_draft_that_is_renamed_over_a_picture_has_its_tags(
    tmp_path: Path, daemon_runs: bool, deed: Callable[[Path], object]
) -> None:
    assert await _after(tmp_path, _nothing, deed, daemon_runs) == {"a.png": ["user:pets"]}


async def test_a_picture_of_which_something_was_said_keeps_that_alone(tmp_path: Path, daemon_runs: bool) -> None:
    assert await _after(tmp_path, _praised, _renamed, daemon_runs) == {"a.png": ["user:cars"]}


async def test_a_picture_that_the_library_has_known_for_long_is_no_draft(tmp_path: Path, daemon_runs: bool) -> None:
    assert await _after(tmp_path, _aged, _renamed, daemon_runs) == {"a.png": []}


async def test_a_picture_that_stays_elsewhere_is_no_draft(tmp_path: Path, daemon_runs: bool) -> None:
    assert await _after(tmp_path, _copied, _renamed, daemon_runs) == {"a.png": [], "b.png": []}


async def test_a_picture_kept_under_another_name_keeps_its_tags(tmp_path: Path) -> None:
    found = await _after(tmp_path, _nothing, _kept_aside, True)
    assert found == {"a.png": [], "a_original.png": ["user:pets"]}


@pytest.mark.parametrize("name", ["swap", "rotate", "exchange"])
async def test_two_pictures_that_change_places_take_their_tags_along(
    tmp_path: Path, daemon_runs: bool, name: str
) -> None:
    [deed] = [way.deed for way in WAYS if way.name == name]
    async with ingesting(tmp_path) as library:
        folder = library.folder
        library.draw("a.png", "red")
        library.draw("b.png", "blue")
        await library.settled()
        red, blue = library.image("a.png"), library.image("b.png")
        library.tag(red, "pets")
        if daemon_runs:
            deed(Ground(folder, folder, folder))
            await library.until(lambda: (library.image("a.png"), library.image("b.png")) == (blue, red), "they did")
    if not daemon_runs:
        deed(Ground(folder, folder, folder))
    async with ingesting(tmp_path) as library:
        await library.settled()
        assert (library.image("a.png"), library.image("b.png")) == (blue, red)
        assert (library.tags_of(blue), library.tags_of(red)) == ([], ["user:pets"])


async def test_what_a_draft_took_the_place_of_leads_to_it_and_comes_back_by_its_bytes(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        content = library.draw("a.png", "red")
        await library.settled()
        old = library.image("a.png")
        assert old is not None
        library.tag(old, "pets")
        library.draw("tmp.png", "blue")
        await library.settled()
        new = library.image("tmp.png")
        _renamed(library.folder)
        await library.until(lambda: library.image("a.png") == new, "the rename is known")
        with library.catalog.read() as sql:
            assert images.shown_now(sql, old) == new
        assert library.ingest.counters.decoded == 2
        (library.folder / "a.png").write_bytes(content)
        await library.until(lambda: library.image("a.png") == old, "taken back, it is the old content again")
        assert library.tags_of(old) == ["user:pets"]


async def test_a_draft_that_is_renamed_before_it_was_read_has_the_tags(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        library.draw("a.png", "red")
        await library.settled()
        old = library.image("a.png")
        library.tag(old, "pets")
        [worker] = library.ingest.pool.pids
        os.kill(worker, signal.SIGSTOP)
        library.draw("tmp.png", "blue")
        await library.until(lambda: library.count("files") == 2, "it is noticed")
        _renamed(library.folder)
        await library.until(lambda: library.count("files") == 1, "the rename is known")
        os.kill(worker, signal.SIGCONT)
        await library.until(lambda: library.image("a.png") not in (None, old), "it is read")
        assert library.tags_of(library.image("a.png")) == ["user:pets"]


async def test_a_draft_that_is_written_twice_leaves_nothing_under_its_old_name(tmp_path: Path) -> None:
    async with ingesting(tmp_path, ingest_settle_ms="300") as library:
        library.draw("a.png", "red")
        await library.settled()
        old = library.image("a.png")
        library.tag(old, "pets")
        library.draw("tmp.png", "blue")
        await library.until(lambda: library.image("tmp.png") is not None, "the first of them is read")
        first = library.image("tmp.png")
        draw(library.folder / "tmp.png", "green")
        os.rename(library.folder / "tmp.png", library.folder / "a.png")
        await library.until(lambda: library.image("a.png") not in (None, old), "the second is read")
        assert library.tags_of(library.image("a.png")) == ["user:pets"]
        await library.until(lambda: library.paths(first) == [], "nothing is left of the first")


async def test_a_picture_that_is_edited_and_renamed_at_once_keeps_its_tags(tmp_path: Path) -> None:
    async with ingesting(tmp_path, ingest_settle_ms="300") as library:
        library.draw("a.png", "red")
        await library.settled()
        old = library.image("a.png")
        library.tag(old, "pets")
        draw(library.folder / "a.png", "blue")
        (library.folder / "a.png").rename(library.folder / "b.png")
        await library.until(lambda: library.image("b.png") not in (None, old), "the edit is read")
        assert library.tags_of(library.image("b.png")) == ["user:pets"]
        assert library.paths(old) == []
