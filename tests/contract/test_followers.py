"""The followers: however they are stopped and whatever happens to their files, the indexes end up like the catalog."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
import trio

from support.shelf import DIMENSION, Shelf, towards
from vaultd.catalog import changes
from vaultd.catalog.store import Catalog
from vaultd.index import followed, follower
from vaultd.index.follower import Follower, Followers
from vaultd.index.growing import GrowingIndex
from vaultd.index.text import Sought

PATIENCE_S = 20


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    made = Shelf(tmp_path)
    yield made
    made.close()


@asynccontextmanager
async def _following(shelf: Shelf, folder: Path) -> AsyncIterator[Followers]:
    followers = Followers(shelf.catalog, folder, shelf.model)
    async with trio.open_nursery() as nursery:
        await nursery.start(followers.serve)
        yield followers
        nursery.cancel_scope.cancel()


async def _caught_up(shelf: Shelf, followers: Followers) -> None:
    with trio.fail_after(PATIENCE_S):
        await followers.caught_up(shelf.catalog.seq())


def _state(followers: Followers) -> tuple[list[int], list[int]]:
    """Which images either side holds."""
    named = followers.texts.search([Sought(("img",))])[0].tolist()
    return sorted(followers.vectors.contents()[0].tolist()), sorted(named)


def _fill(shelf: Shelf, count: int, folder: str = "first") -> list[int]:
    return [shelf.image(f"{folder}/img {n}.jpg", vector=towards(folder, str(n))) for n in range(count)]


async def test_what_is_committed_can_be_searched(shelf: Shelf, tmp_path: Path) -> None:
    async with _following(shelf, tmp_path / "index") as followers:
        images = _fill(shelf, 5)
        await _caught_up(shelf, followers)
        assert _state(followers) == (images, images)
        assert followers.vector_seq == followers.text_seq == shelf.catalog.seq()


async def test_an_image_that_is_no_more_leaves_both(shelf: Shelf, tmp_path: Path) -> None:
    async with _following(shelf, tmp_path / "index") as followers:
        images = _fill(shelf, 3)
        await _caught_up(shelf, followers)
        with shelf.catalog.write() as tx:
            tx.sql.execute("DELETE FROM files WHERE image = ?", (images[1],))
            tx.sql.execute("DELETE FROM images WHERE id = ?", (images[1],))
            tx.changed("image", images[1], "delete")
        await _caught_up(shelf, followers)
        assert _state(followers) == ([images[0], images[2]],) * 2


async def test_renaming_a_tag_needs_no_document_to_change(shelf: Shelf, tmp_path: Path) -> None:
    image = shelf.image("a.jpg", tags=["dogs"])
    async with _following(shelf, tmp_path / "index") as followers:
        await _caught_up(shelf, followers)
        with shelf.catalog.write() as tx:
            tag = tx.sql.execute("SELECT id FROM tags").fetchone()[0]
            tx.sql.execute("UPDATE tags SET name = 'hounds'")
            tx.changed("tag", tag)
        await _caught_up(shelf, followers)
        assert followers.texts.search([Sought(("hounds",), (tag,))])[0].tolist() == [image]


async def test_a_restart_goes_on_from_where_it_was(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _fill(shelf, 3)
    async with _following(shelf, tmp_path / "index") as followers:
        await _caught_up(shelf, followers)
    second = _fill(shelf, 2, "second")
    read: list[int] = []
    monkeypatch.setattr(followed.FollowedTexts, "apply", _noting(followed.FollowedTexts.apply, read))
    monkeypatch.setattr(followed.FollowedVectors, "apply", _noting(followed.FollowedVectors.apply, read))
    async with _following(shelf, tmp_path / "index") as followers:
        await _caught_up(shelf, followers)
        assert _state(followers) == (first + second,) * 2
    assert set(read) == set(second)


def _noting(apply: Callable[..., None], read: list[int]) -> Callable[..., None]:
    def noted(index: object, sql: sqlite3.Connection, images: Sequence[int]) -> None:
        read.extend(images)
        apply(index, sql, images)

    return noted


def _delete_all(folder: Path) -> None:
    shutil.rmtree(folder)


def _damage_all(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            data = bytearray(path.read_bytes())
            path.write_bytes(bytes(byte ^ 0xFF for byte in data[:64]) + data[64:])


def _tear_all(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize("damage", [_delete_all, _damage_all, _tear_all])
async def test_a_lost_or_damaged_index_is_rebuilt(shelf: Shelf, tmp_path: Path, damage: Callable[[Path], None]) -> None:
    images = _fill(shelf, 4)
    async with _following(shelf, tmp_path / "index") as followers:
        await _caught_up(shelf, followers)
    damage(tmp_path / "index")
    async with _following(shelf, tmp_path / "index") as followers:
        await _caught_up(shelf, followers)
        assert _state(followers) == (images, images)


async def test_damage_that_is_found_while_the_index_answers_is_built_again(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower, "GrowingIndex", partial(GrowingIndex, limit=3))
    images = _fill(shelf, 8)
    async with _following(shelf, tmp_path / "index") as followers:
        await _caught_up(shelf, followers)
        assert followers.vectors.kind == "sketches"
    (path,) = (tmp_path / "index").glob("*.vectors/halves.*")
    data = bytearray(path.read_bytes())
    data[5 * 2 * DIMENSION] ^= 0xFF
    path.write_bytes(bytes(data))
    async with _following(shelf, tmp_path / "index") as followers:
        with trio.fail_after(PATIENCE_S):
            while followers.vectors.contents()[1].tobytes() == bytes(data) or len(followers.vectors) < len(images):
                await trio.sleep(0.01)
        await _caught_up(shelf, followers)
        assert _state(followers) == (images, images)
        assert followers.vectors.nearest(towards("first", "5"), 1)[0].tolist() == [images[5]]


async def test_another_generation_of_the_catalog_is_another_index(shelf: Shelf, tmp_path: Path) -> None:
    images = _fill(shelf, 4)
    async with _following(shelf, tmp_path / "index") as followers:
        await _caught_up(shelf, followers)
    with shelf.catalog.write() as tx:  # a restored backup: fewer images, same numbers in the log
        tx.sql.execute("UPDATE meta SET value = 'restored' WHERE key = 'generation'")
        tx.sql.execute("DELETE FROM files WHERE image = ?", (images[0],))
        tx.sql.execute("DELETE FROM images WHERE id = ?", (images[0],))
    async with _following(shelf, tmp_path / "index") as followers:
        await _caught_up(shelf, followers)
        assert _state(followers) == (images[1:], images[1:])


async def test_a_follower_behind_the_trimmed_log_rebuilds(shelf: Shelf, tmp_path: Path) -> None:
    first = _fill(shelf, 2)
    async with _following(shelf, tmp_path / "index") as followers:
        await _caught_up(shelf, followers)
    second = _fill(shelf, 2, "second")
    with shelf.catalog.write() as tx:
        tx.sql.execute("DELETE FROM changes")
    async with _following(shelf, tmp_path / "index") as followers:
        await _caught_up(shelf, followers)
        assert _state(followers) == (first + second,) * 2


async def test_what_every_follower_has_kept_is_trimmed(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "KEPT", 0)
    _fill(shelf, 3)
    async with _following(shelf, tmp_path / "index") as followers:
        await _caught_up(shelf, followers)
    with shelf.catalog.read() as sql:
        assert changes.after(sql, 0, 100) == []
        assert changes.reaches(sql, shelf.catalog.seq())


def test_nothing_is_trimmed_that_a_known_follower_needs(shelf: Shelf) -> None:
    _fill(shelf, 1)
    with shelf.catalog.write() as tx:
        changes.join(tx, "slow")
        changes.follow(tx, "fast", shelf.catalog.seq())
        assert changes.trim(tx, kept=0) == 0
        changes.follow(tx, "slow", 1)
        assert changes.trim(tx, kept=0) == 1
    with shelf.catalog.read() as sql:
        assert not changes.reaches(sql, 0)
        assert changes.reaches(sql, 1)


async def test_an_index_that_breaks_is_built_again(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]
) -> None:
    expect_log("the text index failed")
    apply, broken = followed.FollowedTexts.apply, [True]

    def fails_once(index: followed.FollowedTexts, sql: sqlite3.Connection, images: Sequence[int]) -> None:
        if broken.pop() if broken else False:
            raise OSError("no space left on device")
        apply(index, sql, images)

    async with _following(shelf, tmp_path / "index") as followers:
        await _caught_up(shelf, followers)
        monkeypatch.setattr(followed.FollowedTexts, "apply", fails_once)
        images = _fill(shelf, 2)
        await _caught_up(shelf, followers)
        assert _state(followers) == (images, images)


async def test_applying_changes_twice_changes_nothing(shelf: Shelf, tmp_path: Path) -> None:
    images = _fill(shelf, 3)
    index = Followers(shelf.catalog, tmp_path / "index", shelf.model)
    texts = followed.FollowedTexts(index.texts)
    vectors = followed.FollowedVectors(index.vectors, shelf.model)
    texts.clear()
    with shelf.catalog.read() as sql:
        for _ in range(2):
            for one in (texts, vectors):
                one.apply(sql, [*images, 999])
                one.commit("g", 1)
            assert _state(index) == (images, images)
            assert (len(index.texts), len(index.vectors)) == (3, 3)
    texts.finish("g", 1)


KILLED = """
import os, signal, sys, trio
from pathlib import Path
from vaultd.catalog import models
from vaultd.catalog.store import Catalog
from vaultd.index import follower, kept
from vaultd.index.follower import Followers

folder, moment = Path(sys.argv[1]), sys.argv[2]
die = lambda *args, **kwargs: os.kill(os.getpid(), signal.SIGKILL)
if moment == "while keeping":
    os.fsync = die
if moment == "after a batch":
    follower.BATCH = 3
    follower.PACE_S = 60.0

async def main():
    catalog = Catalog.open(folder / "catalog.db")
    with catalog.write() as tx:
        model = models.register(tx, "concepts", "1", int(sys.argv[3]))
    followers = Followers(catalog, folder / "index", model)
    async with trio.open_nursery() as nursery:
        await nursery.start(followers.serve)
        await followers.caught_up(1 if moment == "after a batch" else catalog.seq())
        if moment != "while keeping":
            die()
        nursery.cancel_scope.cancel()

trio.run(main)
"""


@pytest.mark.parametrize("moment", ["after a batch", "at the end", "while keeping"])
async def test_a_killed_follower_leaves_nothing_that_harms(tmp_path: Path, moment: str) -> None:
    shelf = Shelf(tmp_path)
    try:
        async with _following(shelf, tmp_path / "index"):
            images = _fill(shelf, 2)
        images += _fill(shelf, 10, "second")
    finally:
        shelf.close()
    done = subprocess.run([sys.executable, "-c", KILLED, tmp_path, moment, str(DIMENSION)], check=False)
    assert done.returncode == -signal.SIGKILL
    catalog = Catalog.open(tmp_path / "catalog.db")
    try:
        shelf.catalog = catalog
        async with _following(shelf, tmp_path / "index") as followers:
            await _caught_up(shelf, followers)
            assert _state(followers) == (images, images)
            assert len(followers.texts) == len(followers.vectors) == len(images)
            assert followers.vectors.nearest(towards("second", "3"), 1)[0].tolist() == [images[5]]
    finally:
        catalog.close()


async def test_a_stream_of_single_changes_is_followed_in_batches(shelf: Shelf, tmp_path: Path) -> None:
    reached = set[int]()

    class Counted(followed.FollowedTexts):
        def commit(self, generation: str, position: int) -> bool:
            reached.add(position)
            return super().commit(generation, position)

    index = Followers(shelf.catalog, tmp_path / "index", shelf.model)
    follower = Follower(shelf.catalog, Counted(index.texts))
    async with trio.open_nursery() as nursery:
        await nursery.start(follower.serve)
        for number in range(20):
            _fill(shelf, 1, f"number {number}")
            await trio.sleep(0.01)
        with trio.fail_after(PATIENCE_S):
            await follower.caught_up(shelf.catalog.seq())
        nursery.cancel_scope.cancel()
    assert len(reached) < 15
