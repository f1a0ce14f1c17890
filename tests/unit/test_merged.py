"""Copies of a picture become one in the catalog: what the best gets, what it keeps, and what undoing leaves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.shelf import Shelf
from vaultd.catalog import albums, edits, marks, merged, undo
from vaultd.catalog.actions import recorded
from vaultd.catalog.check_actions import undone_effects
from vaultd.catalog.lookup import image_info, tags_of


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    shelf = Shelf(tmp_path)
    yield shelf
    shelf.close()


def merge(shelf: Shelf, best: int, *others: int) -> list[str]:
    with shelf.catalog.write() as tx, recorded(tx, "merge", "merge", "test") as action:
        return merged.merge(action, best, others)


def take_back(shelf: Shelf) -> list[str]:
    with shelf.catalog.write() as tx:
        (info,) = undo.undo(tx, undo.newest(tx.sql, 1), "test")
    return info.skipped


def tags(shelf: Shelf, image: int) -> list[str]:
    with shelf.catalog.read() as sql:
        return tags_of(sql, [image]).get(image, [])


def everything(shelf: Shelf) -> list[list[object]]:
    """What is said of pictures."""
    tables = ("image_tags", "texts", "ratings", "favourites", "albums", "copies")
    with shelf.catalog.read() as sql:
        return [sorted(sql.execute(f"SELECT * FROM {table}"), key=repr) for table in tables]


def test_tags_of_every_copy_go_to_the_best_and_a_model_s_do_not(shelf: Shelf) -> None:
    best = shelf.image("a", tags=["mine"])
    one = shelf.image("b", tags=["mine", "pets/dogs"], auto=["sofa"])
    other = shelf.image("c")
    shelf.tag(other, "from a file", "xmp")
    assert merge(shelf, best, one, other) == ["the tag pets/dogs", "the tag from a file"]
    assert tags(shelf, best) == ["from a file", "mine", "pets/dogs"]
    assert tags(shelf, one) == ["mine", "pets/dogs"]


def test_a_tag_that_was_taken_off_the_best_comes_back_only_by_the_user_s_own_word(shelf: Shelf) -> None:
    best, other, given = shelf.image("a"), shelf.image("b"), shelf.image("c")
    shelf.tag(best, "wrong", "xmp")
    with shelf.catalog.write() as tx:
        tx.sql.execute("UPDATE image_tags SET state = 'rejected' WHERE image = ?", (best,))
    shelf.tag(other, "wrong", "xmp")
    assert merge(shelf, best, other) == []
    shelf.tag(given, "wrong", "user")
    assert merge(shelf, best, given) == ["the tag wrong"]


def test_what_the_best_says_itself_stays(shelf: Shelf) -> None:
    best, other = shelf.image("a", texts={"title": "Best"}), shelf.image("b", texts={"title": "Other"})
    with shelf.catalog.write() as tx, recorded(tx, "edit", "edit", "test") as action:
        marks.rate(action, [best], 2)
        marks.rate(action, [other], 5)
        edits.write(action, [other], {"caption": "Only here"})
    assert merge(shelf, best, other) == ["the caption"]
    with shelf.catalog.read() as sql:
        info = image_info(sql, best)
    assert info is not None
    assert info.rating == 2
    assert [(text.kind, text.text) for text in info.texts] == [("caption", "Only here"), ("title", "Best")]


def test_in_an_album_the_best_stands_before_its_first_copy(shelf: Shelf) -> None:
    best, one, other = (shelf.image(name) for name in "abc")
    first, last = shelf.image("d"), shelf.image("e")
    with shelf.catalog.write() as tx, recorded(tx, "album", "album", "test") as action:
        album = albums.create(action, "Summer")
        albums.add(action, album, [first, other, one, last])
    assert merge(shelf, best, one, other) == ["the album Summer"]
    with shelf.catalog.read() as sql:
        assert albums.images(sql, album) == [first, other, best, one, last]


def test_copies_of_a_copy_are_copies_of_the_best_and_the_best_is_none(shelf: Shelf) -> None:
    small, middle, large = (shelf.image(name) for name in "abc")
    merge(shelf, middle, small)
    merge(shelf, large, middle)
    with shelf.catalog.read() as sql:
        assert merged.copies_of(sql, large) == [small, middle]
        assert merged.best_of(sql, small) == large
    merge(shelf, small, large)  # they say it is the other way round
    with shelf.catalog.read() as sql:
        assert merged.copies_of(sql, small) == [middle, large]
        assert merged.best_of(sql, small) == small
        assert merged.marked(sql, [small, middle, large]) == {middle, large}


def test_undoing_leaves_everything_as_it_was_and_the_log_agrees(shelf: Shelf) -> None:
    best, other = shelf.image("a"), shelf.image("b", tags=["x", "y/z"], texts={"title": "T", "description": "D"})
    with shelf.catalog.write() as tx, recorded(tx, "mark", "mark", "test") as action:
        marks.rate(action, [other], 3)
        marks.favour(action, [other])
        albums.add(action, albums.create(action, "Album"), [other])
    before = everything(shelf)
    assert len(merge(shelf, best, other)) == 7
    with shelf.catalog.read() as sql:
        assert list(undone_effects(sql)) == []
    assert take_back(shelf) == []
    assert everything(shelf) == before
    with shelf.catalog.read() as sql:
        assert list(undone_effects(sql)) == []


def test_merging_again_changes_nothing(shelf: Shelf) -> None:
    best, other = shelf.image("a"), shelf.image("b", tags=["x"])
    merge(shelf, best, other)
    before = everything(shelf)
    assert merge(shelf, best, other) == []
    assert everything(shelf) == before
