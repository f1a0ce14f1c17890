"""What is kept in memory of which images can be opened is what the catalog says, whatever happens to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from support.shelf import Shelf
from vaultd.catalog import changes
from vaultd.catalog.shown import IS_ONLINE
from vaultd.catalog.store import position
from vaultd.search.online import Online, chosen


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    made = Shelf(tmp_path)
    for number in range(5):
        made.image(f"{number}.jpg")
    yield made
    made.close()


def agrees(shelf: Shelf, online: Online) -> bool:
    with shelf.catalog.read() as sql:
        told = np.flatnonzero(online.of(sql)).tolist()
        return told == [row[0] for row in sql.execute(f"SELECT id FROM images WHERE {IS_ONLINE} ORDER BY id")]


def test_it_follows_what_is_lost_found_and_new(shelf: Shelf) -> None:
    online = Online()
    assert agrees(shelf, online)
    shelf.lose(2)
    assert agrees(shelf, online)
    shelf.image("new.jpg")
    shelf.file(2, "elsewhere/2.jpg")
    assert agrees(shelf, online)
    assert agrees(shelf, online)


def test_it_follows_volumes_and_roots(shelf: Shelf) -> None:
    online = Online()
    volume, root = shelf.root(b"stick", mount_point=None)
    shelf.file(1, "a.jpg", volume=volume, root=root)
    assert agrees(shelf, online)
    for change in (
        "UPDATE volumes SET mount_point = NULL WHERE id = 1",
        "UPDATE volumes SET mount_point = CAST('/x' AS BLOB)",
    ):
        with shelf.catalog.write() as tx:
            tx.sql.execute(change)
            tx.changed("root", 1)
        assert agrees(shelf, online)


def test_a_log_that_was_trimmed_is_no_obstacle(shelf: Shelf) -> None:
    online = Online()
    assert agrees(shelf, online)
    shelf.lose(3)
    with shelf.catalog.write() as tx:
        changes.follow(tx, "somebody", position(tx.sql))
        changes.trim(tx, kept=0)
    shelf.lose(4)
    assert agrees(shelf, online)


def test_what_was_told_does_not_change_afterwards(shelf: Shelf) -> None:
    online = Online()
    with shelf.catalog.read() as sql:
        before = online.of(sql)
    shelf.lose(1)
    with shelf.catalog.read() as sql:
        after = online.of(sql)
    asked = np.array([9, 2, 1, 10_000_000], np.int64)
    assert chosen(before, asked).tolist() == [1, 2]
    assert chosen(after, asked).tolist() == [2]
