"""Pictures on volumes that are away: among all others where the configuration says so, and apart where it does not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from support.shelf import Shelf
from vaultd.catalog import (
    albums,
    copies,
    facets,
    files,
    looks,
    lookup,
    named,
    presence,
    shown,
    tag_counts,
    views,
    volumes,
)
from vaultd.catalog.store import position
from vaultd.catalog.volumes import Identity
from vaultd.demo.scene import Scene, draw
from vaultd.search.grouping import grouped
from vaultd.search.online import Online
from vaultd.worker.looks import look

HERE, AWAY, BOTH = 1, 2, 3
Offline = Literal["hide", "show"]
STICK = b"/media/me/Stick"


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    """A picture that is here, one on a drive that is away, and one of which a file lies on each."""
    made = Shelf(tmp_path)
    with made.catalog.write() as tx:
        stick = volumes.ensure(tx, Identity("local", "stick", None), STICK)
        tx.sql.execute("INSERT INTO roots (volume, path, position, added_at) VALUES (?, ?, 1, 0)", (stick.id, b"pics"))
    for name in ("here.jpg", "away.jpg", "both.jpg"):
        made.image(name, camera="Canon", taken_at=1, tags=["pets"])
    made.lose(AWAY)
    for image, name in ((AWAY, "away.jpg"), (BOTH, "both.jpg")):
        made.file(image, name, volume=stick.id, root=2)
    with made.catalog.write() as tx:
        volumes.place(tx, stick.id, None)
        tx.sql.execute("INSERT INTO albums VALUES (1, 'all', 0)")
        for image in (HERE, AWAY, BOTH):
            tx.sql.execute("INSERT INTO album_images VALUES (1, ?, ?)", (image, image))
            tx.sql.execute("INSERT INTO favourites VALUES (?, ?)", (image, image))
    yield made
    made.close()


def plug_in(shelf: Shelf, place: bytes | None) -> None:
    with shelf.catalog.write() as tx:
        volumes.place(tx, 2, place)


@pytest.mark.parametrize(("offline", "expected"), [("hide", [HERE, BOTH]), ("show", [HERE, AWAY, BOTH])])
def test_every_list_and_every_count_agree_on_what_is_shown(shelf: Shelf, offline: Offline, expected: list[int]) -> None:
    shown.begin(shelf.catalog, offline)
    with shelf.catalog.read() as sql:
        for listed in (
            views.recent(sql, 9),
            views.favourites(sql, 9),
            views.of_month(sql, 1970, 1),
            facets.of_value(sql, "camera", "Canon", 9),
            [int(hit.id) for hit in lookup.hits(sql, [HERE, AWAY, BOTH])],
            np.flatnonzero(Online().of(sql)).tolist(),
            [image for image, _ in named.files_of(sql, [HERE, AWAY, BOTH])],
        ):
            assert sorted(set(listed)) == expected
        counts = [facets.counts(sql, "camera")[0][1], tag_counts.listing(sql)[0].count, albums.listing(sql)[0][2]]
        assert counts == [len(expected)] * 3
        assert presence.presence(sql, [HERE, AWAY, BOTH]).shown == len(expected)


def test_the_best_file_is_one_that_can_be_opened_and_a_record_says_when_none_can(shelf: Shelf) -> None:
    shown.begin(shelf.catalog, "show")
    with shelf.catalog.read() as sql:
        told = [(hit.state, hit.path) for hit in lookup.hits(sql, [AWAY, BOTH])]
        assert shown.away(sql, np.array([BOTH, AWAY, HERE])).tolist() == [False, True, False]
    assert told == [("offline", "/media/me/Stick/pics/away.jpg"), ("online", "/home/pictures/both.jpg")]


def test_nothing_is_away_where_the_configuration_hides_it_or_every_drive_is_here(shelf: Shelf) -> None:
    asked = np.array([AWAY, HERE])
    with shelf.catalog.read() as sql:
        assert not shown.away(sql, asked).any()
    shown.begin(shelf.catalog, "show")
    plug_in(shelf, b"/mnt/other")
    with shelf.catalog.read() as sql:
        assert not shown.away(sql, asked).any()
        assert [hit.path for hit in lookup.hits(sql, [AWAY])] == ["/mnt/other/pics/away.jpg"]


def test_it_is_found_by_the_path_that_it_had_unless_another_drive_is_there_now(shelf: Shelf) -> None:
    path = STICK + b"/pics/away.jpg"
    with shelf.catalog.read() as sql:
        assert files.image_at(sql, path) is None
        assert named.with_path_ending(sql, b"away.jpg") == []
    shown.begin(shelf.catalog, "show")
    with shelf.catalog.read() as sql:
        assert files.image_at(sql, path) == AWAY
        assert named.with_path_ending(sql, b"away.jpg") == [(AWAY, path)]
    volume, root = shelf.root(b"pics", mount_point=STICK)
    shelf.file(HERE, "away.jpg", volume=volume, root=root)
    with shelf.catalog.read() as sql:
        assert files.image_at(sql, path) == HERE


def test_another_word_of_the_configuration_is_a_change_and_the_same_is_none(shelf: Shelf) -> None:
    online = Online()
    words: list[tuple[Offline, int, bool]] = [
        ("hide", 2, False), ("show", 3, True), ("show", 3, False), ("hide", 2, True)
    ]  # fmt: skip
    for offline, count, changes in words:
        before = shelf.catalog.answers_seq
        shown.begin(shelf.catalog, offline)
        assert (shelf.catalog.answers_seq > before) is changes
        with shelf.catalog.read() as sql:
            assert position(sql) == shelf.catalog.answers_seq
            assert online.of(sql).sum() == count, "what is kept in memory follows"


def test_copies_that_may_be_thrown_away_are_looked_for_among_what_can_be_opened(shelf: Shelf) -> None:
    shown.begin(shelf.catalog, "show")
    with shelf.catalog.read() as sql:
        assert copies.shown_images(sql).tolist() == [HERE, BOTH]


def test_of_nearly_identical_pictures_one_that_can_be_opened_stands_for_all(shelf: Shelf) -> None:
    with shelf.catalog.write() as tx:
        for image in (HERE, AWAY):
            looks.put(tx, image, look(draw(Scene("boat", "red", "beach", 0), (320, 240))))
    shown.begin(shelf.catalog, "show")
    ranked = np.array([AWAY, BOTH, HERE])
    with shelf.catalog.read() as sql:
        assert [column.tolist() for column in grouped(sql, ranked)] == [[BOTH, HERE], [0, 1]]
    plug_in(shelf, STICK)
    with shelf.catalog.read() as sql:
        assert [column.tolist() for column in grouped(sql, ranked)] == [[AWAY, BOTH], [1, 0]]
