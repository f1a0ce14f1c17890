"""What a sound catalog holds beside its actions is not held against it, and what no action tells of is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.catalog_rows import image, keyword, opened
from vaultd.catalog import actions, edits, images, marks, roots, tags
from vaultd.catalog.check_actions import unrecorded
from vaultd.catalog.store import Catalog


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """Three pictures, of the first of which the user has said something of every kind that edits inherit."""
    with opened(tmp_path) as catalog:
        with catalog.write() as tx:
            for name in ("1.jpg", "2.jpg", "3.jpg"):
                image(tx, name)
            with actions.recorded(tx, "tag", "tag", "test") as action:
                tags.apply(action, tags.create(action, "a/b"), [1])
                marks.rate(action, [1], 4)
                marks.favour(action, [1])
                edits.write(action, [1], {"title": "“Ü” \\ \n/"})
                action.insert("feedback", {"query": "“ü” \\ \x7f", "image": 1, "verdict": "hide", "added_at": 0})
        yield catalog


def found(catalog: Catalog) -> list[str]:
    with catalog.read() as sql:
        return sorted(unrecorded(sql))


def test_what_an_edited_picture_inherited_needs_no_action_of_its_own(catalog: Catalog) -> None:
    with catalog.write() as tx:
        images.inherit(tx, 2, 1)
    assert found(catalog) == []


@pytest.mark.parametrize("gone", [1, 2])
def test_nor_does_what_came_from_a_picture_that_was_forgotten(catalog: Catalog, gone: int) -> None:
    with catalog.write() as tx:
        images.inherit(tx, 2, 1)
        images.inherit(tx, 3, 2)
        (other,) = tx.sql.execute(
            "INSERT INTO roots (volume, path, position, added_at)"
            " SELECT volume, x'6F74686572', 1, 0 FROM roots RETURNING id"
        ).fetchone()
        tx.sql.execute("UPDATE files SET root = ? WHERE image = ?", (other, gone))
        assert roots.forget(tx, other) == [gone]
    assert found(catalog) == []


def test_but_what_was_never_said_of_any_picture_does(catalog: Catalog) -> None:
    with catalog.write() as tx:
        images.inherit(tx, 2, 1)
        tx.sql.execute("INSERT INTO texts VALUES (3, 'caption', 'user', 'of nobody')")
    assert found(catalog) == ["the caption of image 3"]


def test_what_files_say_needs_no_action(catalog: Catalog) -> None:
    with catalog.write() as tx:
        tx.sql.execute("INSERT INTO tags (id, name, created_at, listed) VALUES (9, 'theirs', 0, 0)")
        keyword(tx, 2, 9)
        tx.sql.execute("INSERT INTO texts VALUES (2, 'title', 'xmp', 'theirs')")
        tx.sql.execute("INSERT INTO ratings VALUES (2, 'xmp', 3)")
    assert found(catalog) == []


def test_each_kind_of_the_user_s_rows_is_told_when_no_action_made_it(catalog: Catalog) -> None:
    with catalog.write() as tx:
        tx.sql.executescript("DELETE FROM action_rows")
    assert found(catalog) == [
        "b on image 1",
        "the favourite of image 1",
        "the rating of image 1",
        "the tag a",
        "the tag b",
        "the title of image 1",
        "what was said of image 1 in ““ü” \\ \x7f”",
    ]
