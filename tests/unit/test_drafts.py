"""What is taken for a picture that was made a moment ago to take the place of another one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.shelf import Shelf
from vaultd.catalog import drafts, images

MINUTE_NS = 60_000_000_000
CAME_NS = 10_000 * MINUTE_NS


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    made = Shelf(tmp_path)
    yield made
    made.close()


def _came(shelf: Shelf, name: str, minutes: int = 0) -> int:
    """A picture that came so many minutes before the others."""
    image = shelf.image(name)
    with shelf.catalog.write() as tx:
        at = (CAME_NS - minutes * MINUTE_NS) // 1_000_000
        tx.sql.execute("UPDATE images SET added_at = ? WHERE id = ?", (at, image))
    return image


def _is_draft(shelf: Shelf, image: int, minutes: int) -> bool:
    """Whether it is one if it is renamed so many minutes after it came."""
    with shelf.catalog.read() as sql:
        return drafts.is_draft(sql, image, CAME_NS + minutes * MINUTE_NS)


def test_a_picture_is_a_draft_for_ten_minutes(shelf: Shelf) -> None:
    image = _came(shelf, "tmp.png")
    assert _is_draft(shelf, image, 9)
    assert not _is_draft(shelf, image, 11)


def test_where_a_rename_leaves_no_time_behind_the_present_one_counts(shelf: Shelf) -> None:
    assert not _is_draft(shelf, _came(shelf, "tmp.png"), -1), "it came decades before now"


@pytest.mark.parametrize(
    "said",
    [
        "INSERT INTO ratings VALUES (?, 'user', 4)",
        "INSERT INTO favourites VALUES (?, 0)",
        "INSERT INTO feedback VALUES ('dogs', ?, 'hide', 1)",
        "INSERT INTO texts (image, kind, source, text) VALUES (?, 'title', 'user', 'Anna')",
    ],
)
def test_a_picture_of_which_anything_was_said_is_no_draft(shelf: Shelf, said: str) -> None:
    image = _came(shelf, "tmp.png")
    with shelf.catalog.write() as tx:
        tx.sql.execute(said, (image,))
    assert not _is_draft(shelf, image, 1)


def test_what_files_say_leaves_a_picture_a_draft(shelf: Shelf) -> None:
    image = _came(shelf, "tmp.png")
    with shelf.catalog.write() as tx:
        tx.sql.execute("INSERT INTO ratings VALUES (?, 'xmp', 4)", (image,))
    assert _is_draft(shelf, image, 1)


def test_the_edit_of_a_picture_is_no_younger_than_that(shelf: Shelf) -> None:
    old, edited, again = (_came(shelf, name, minutes) for name, minutes in (("a", 60), ("b", 1), ("c", 0)))
    with shelf.catalog.write() as tx:
        images.inherit(tx, edited, old)
        images.inherit(tx, again, edited)
    assert not _is_draft(shelf, again, 1)
