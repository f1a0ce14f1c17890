"""Who is in the answer of a saved search, and what of it is news."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.catalog_rows import gesture, image, opened
from vaultd.catalog import members, saved
from vaultd.catalog.members import Difference, Following
from vaultd.catalog.store import Catalog

BEGAN = 1_000


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """Four pictures and a saved search, number 1, followed since BEGAN, with the first two in its answer."""
    with opened(tmp_path) as catalog:
        with catalog.write() as tx:
            for number in range(4):
                image(tx, f"{number}.jpg")
        with gesture(catalog) as action:
            saved.put(action, "dogs", "dog", "default")
        answer(catalog, BEGAN, 1, 2)
        with catalog.write() as tx:
            members.followed(tx, 1, Following("default dog", "mini 1", BEGAN))
        yield catalog


def difference(catalog: Catalog, *images: int) -> Difference:
    with catalog.read() as sql:
        return members.difference(sql, 1, images)


def answer(catalog: Catalog, at: int, *images: int) -> None:
    """The search is answered so from a moment on."""
    change = difference(catalog, *images)
    with catalog.write() as tx:
        members.note(tx, 1, change, at)


def retell(catalog: Catalog, *images: int) -> None:
    """Another model answers so."""
    change = difference(catalog, *images)
    with catalog.write() as tx:
        members.retell(tx, 1, change, BEGAN)


def news(catalog: Catalog, since: int) -> tuple[list[int], list[int]]:
    with catalog.read() as sql:
        return members.news(sql, 1, since)


def test_what_was_there_when_following_began_is_no_news(catalog: Catalog) -> None:
    assert news(catalog, BEGAN) == ([], [])


def test_what_entered_and_left_is_told_since_a_moment_the_newest_first(catalog: Catalog) -> None:
    answer(catalog, 2_000, 1, 2, 3)
    answer(catalog, 3_000, 2, 3, 4)
    assert news(catalog, BEGAN) == ([4, 3], [1])
    assert news(catalog, 2_500) == ([4], [1])
    assert news(catalog, 3_000) == ([], [])


def test_what_was_in_and_out_again_is_no_news(catalog: Catalog) -> None:
    answer(catalog, 2_000, 3)
    answer(catalog, 3_000, 1, 2)
    assert news(catalog, BEGAN) == ([], [])
    assert news(catalog, 2_500) == ([1, 2], [3])


def test_pictures_that_are_offline_have_not_left(catalog: Catalog) -> None:
    with catalog.write() as tx:
        tx.sql.execute("UPDATE volumes SET mount_point = NULL")
    assert difference(catalog) == ([], [])
    with catalog.write() as tx:
        tx.sql.execute("UPDATE volumes SET mount_point = CAST('/' AS BLOB)")
        tx.sql.execute("UPDATE files SET state = 'missing' WHERE image = 1")
    assert difference(catalog, 2) == ([], [1])


def test_another_model_is_no_news_and_what_happened_before_stays_told(catalog: Catalog) -> None:
    answer(catalog, 2_000, 1, 3)
    retell(catalog, 3, 4)
    assert news(catalog, BEGAN) == ([3], [2])
    retell(catalog, 1, 2, 4)
    assert news(catalog, BEGAN) == ([], [])


def test_following_anew_forgets_what_was(catalog: Catalog) -> None:
    answer(catalog, 2_000, 3)
    with catalog.write() as tx:
        members.begin(tx, 1)
    with catalog.read() as sql:
        assert members.following(sql, 1) is None
    assert difference(catalog, 1) == ([1], [])


def test_what_goes_with_the_search_and_the_pictures(catalog: Catalog) -> None:
    with catalog.write() as tx:
        tx.sql.execute("DELETE FROM files WHERE image = 1")
        tx.sql.execute("DELETE FROM images WHERE id = 1")
    assert difference(catalog) == ([], [2])
    with gesture(catalog) as action:
        saved.delete(action, "dogs")
    with catalog.read() as sql:
        assert sql.execute("SELECT count(*) FROM saved_members").fetchone() == (0,)
    answer(catalog, 2_000, 3)  # it was deleted while it was being asked


def test_stays_that_ended_long_ago_are_dropped(catalog: Catalog) -> None:
    answer(catalog, 2_000, 1)
    with catalog.write() as tx:
        members.trim(tx, 2_000 + members.KEPT_MS)
    assert news(catalog, BEGAN) == ([], [2])
    with catalog.write() as tx:
        members.trim(tx, 2_001 + members.KEPT_MS)
    assert news(catalog, BEGAN) == ([], [])


def test_many_changes_are_written_in_parts(catalog: Catalog) -> None:
    change = Difference(list(range(members.ROWS + 1)), [7])
    assert [(len(part.entered), len(part.left)) for part in members.parts(change)] == [(500, 0), (1, 0), (0, 1)]
