"""Albums of the catalog: their order, and what may be done to them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.catalog_rows import gesture, image, opened
from vaultd.catalog import albums, images, lookup, undo
from vaultd.catalog.store import Catalog
from vaultipc.errors import Conflict, NotEmpty, NotFound, TooLarge, UserError


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """Six pictures, of the ids 1 to 6."""
    with opened(tmp_path) as catalog:
        with catalog.write() as tx:
            for number in range(6):
                image(tx, f"{number}.jpg")
        yield catalog


def album(catalog: Catalog, *members: int, name: str = "trip") -> int:
    with gesture(catalog) as action:
        made = albums.create(action, name)
        albums.add(action, made, members)
    return made


def order(catalog: Catalog, album: int) -> list[int]:
    with catalog.read() as sql:
        return albums.images(sql, album)


def rows_of_last_action(catalog: Catalog) -> int:
    with catalog.read() as sql:
        query = "SELECT count(*) FROM action_rows WHERE action = (SELECT max(id) FROM actions)"
        return int(sql.execute(query).fetchone()[0])


def test_pictures_stand_in_the_order_in_which_they_were_put_in(catalog: Catalog) -> None:
    trip = album(catalog, 5, 2, 4, 2)
    assert order(catalog, trip) == [5, 2, 4]


def test_what_is_in_an_album_already_stays_where_it_is(catalog: Catalog) -> None:
    trip = album(catalog, 1, 2, 3)
    with gesture(catalog) as action:
        assert albums.add(action, trip, [3, 4, 1], before=1) == (1, 2)
    assert order(catalog, trip) == [4, 1, 2, 3]


def test_pictures_are_moved_together_before_another_or_to_the_end(catalog: Catalog) -> None:
    trip = album(catalog, 1, 2, 3, 4, 5)
    with gesture(catalog) as action:
        assert albums.move(action, trip, [5, 3], before=2) == (2, 0)
    assert order(catalog, trip) == [1, 5, 3, 2, 4]
    with gesture(catalog) as action:
        assert albums.move(action, trip, [1]) == (1, 0)
    assert order(catalog, trip) == [5, 3, 2, 4, 1]


def test_a_move_to_where_they_stand_already_changes_nothing(catalog: Catalog) -> None:
    trip = album(catalog, 1, 2, 3)
    with gesture(catalog) as action:
        assert albums.move(action, trip, [1, 2], before=3) == (0, 2)
    assert action.id is None


def test_moving_one_picture_changes_one_row(catalog: Catalog) -> None:
    trip = album(catalog, 1, 2, 3, 4, 5)
    with gesture(catalog) as action:
        albums.move(action, trip, [5], before=3)
    assert order(catalog, trip) == [1, 2, 5, 3, 4]
    assert rows_of_last_action(catalog) == 1


def test_a_gap_that_is_full_is_made_anew(catalog: Catalog) -> None:
    trip = album(catalog, 1, 2, 3, 4)
    for number in range(60):
        with gesture(catalog) as action:
            albums.move(action, trip, [4 if number % 2 else 3], before=2)
    assert order(catalog, trip) == [1, 3, 4, 2]
    with catalog.write() as tx:
        undo.undo(tx, undo.newest(tx.sql, 60), "test")
    assert order(catalog, trip) == [1, 2, 3, 4]


def test_a_picture_that_is_not_there_can_be_neither_moved_nor_moved_before(catalog: Catalog) -> None:
    trip = album(catalog, 1, 2)
    for moved, before in (([3], None), ([1], 3)):
        with pytest.raises(NotFound), gesture(catalog) as action:
            albums.move(action, trip, moved, before)
    with pytest.raises(Conflict), gesture(catalog) as action:
        albums.move(action, trip, [1, 2], 2)
    with pytest.raises(NotFound), gesture(catalog) as action:
        albums.add(action, trip, [4], 5)
    assert order(catalog, trip) == [1, 2]


def test_an_album_with_pictures_is_only_deleted_by_force_and_one_undo_brings_it_back(catalog: Catalog) -> None:
    trip = album(catalog, 3, 1, 2)
    with pytest.raises(NotEmpty, match="3 pictures"), gesture(catalog) as action:
        albums.delete(action, "trip")
    with gesture(catalog) as action:
        albums.delete(action, "trip", force=True)
    with catalog.write() as tx:
        assert albums.find(tx.sql, "trip") is None
        (done,) = undo.undo(tx, undo.newest(tx.sql, 1), "test")
    assert (done.count, done.skipped) == (3, [])
    assert order(catalog, trip) == [3, 1, 2]


def test_an_album_is_not_given_the_name_of_another(catalog: Catalog) -> None:
    album(catalog, name="trip")
    other = album(catalog, name="home")
    with pytest.raises(Conflict), gesture(catalog) as action:
        albums.rename(action, "home", "trip")
    with gesture(catalog) as action:
        assert not albums.rename(action, "home", "home")
        assert albums.rename(action, "home", "Zuhause")
        assert albums.require(action.tx.sql, "Zuhause") == other


@pytest.mark.parametrize("name", ["", ".x", "a/b", "a\nb"])
def test_a_name_that_no_folder_should_have_is_refused(catalog: Catalog, name: str) -> None:
    with pytest.raises(UserError), gesture(catalog) as action:
        albums.create(action, name)
    with catalog.read() as sql, pytest.raises(NotFound):
        albums.require(sql, name)


def test_a_name_has_at_most_255_bytes(catalog: Catalog) -> None:
    with pytest.raises(TooLarge), gesture(catalog) as action:
        albums.create(action, "é" * 128)


def test_an_edit_in_place_stands_in_the_album_where_the_picture_stood(catalog: Catalog) -> None:
    trip = album(catalog, 1, 2, 3)
    with catalog.write() as tx:
        new = image(tx, "edited.jpg")
        images.inherit(tx, new, 2)
        tx.sql.execute("UPDATE files SET state = 'missing' WHERE image = 2")
        shown = [hit.id for hit in lookup.hits(tx.sql, albums.images(tx.sql, trip))]
        assert shown == ["1", str(new), "3"]
        assert albums.listing(tx.sql) == [(trip, "trip", 3)]


def test_what_is_deleted_from_the_catalog_leaves_its_albums(catalog: Catalog) -> None:
    trip = album(catalog, 1, 2)
    with catalog.write() as tx:
        tx.sql.execute("DELETE FROM files WHERE image = 1")
        tx.sql.execute("DELETE FROM images WHERE id = 1")
    assert order(catalog, trip) == [2]
