"""Favourites, ratings and texts of the user's, beside what the files say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.catalog_rows import gesture, image, opened
from vaultd.catalog import edits, images, lookup, marks, texts, undo
from vaultd.catalog.store import Catalog
from vaultd.domain.content import Words
from vaultd.query import parse
from vaultd.search.filters import condition
from vaultipc.errors import TooLarge, UserError
from vaultipc.messages import ImageInfo


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """Three pictures, of the ids 1 to 3; the file of the first says a caption and three stars."""
    with opened(tmp_path) as catalog:
        with catalog.write() as tx:
            for number in range(3):
                image(tx, f"{number}.jpg")
            texts.replace(tx, 1, [Words("caption", "xmp", "a dog"), Words("title", "iptc", "Rex")])
            tx.sql.execute("INSERT INTO ratings VALUES (1, 'xmp', 3)")
        yield catalog


def told(catalog: Catalog, number: int = 1) -> ImageInfo:
    with catalog.read() as sql:
        info = lookup.image_info(sql, number)
    assert info is not None
    return info


def said(info: ImageInfo, kind: str) -> list[tuple[str, str]]:
    return [(text.source, text.text) for text in info.texts if text.kind == kind]


def matching(catalog: Catalog, query: str) -> list[int]:
    root = parse(query).root
    assert root is not None
    with catalog.read() as sql:
        wanted = condition(sql, root)
        rows = sql.execute(f"SELECT id FROM images WHERE {wanted.sql} ORDER BY id", wanted.values)
        return [found for (found,) in rows]


def undo_last(catalog: Catalog) -> list[str]:
    with catalog.write() as tx:
        (done,) = undo.undo(tx, undo.newest(tx.sql, 1), "test")
    return done.skipped


def test_favourites_are_found_as_such_until_they_are_none(catalog: Catalog) -> None:
    with gesture(catalog) as action:
        assert marks.favour(action, [1, 2, 1]) == (2, 0)
        assert marks.favour(action, [2, 3]) == (1, 1)
        assert marks.unfavour(action, [1, 1]) == (1, 0)
        assert marks.unfavour(action, [1]) == (0, 1)
    assert matching(catalog, "fav:yes") == [2, 3]
    assert [told(catalog, number).favourite for number in (1, 2)] == [False, True]


def test_the_users_stars_count_before_those_that_a_file_says(catalog: Catalog) -> None:
    with gesture(catalog) as action:
        assert marks.rate(action, [1, 2], 5) == (2, 0)
        assert marks.rate(action, [1], 5) == (0, 1)
    info = told(catalog)
    assert (info.rating, info.ratings) == (5, {"user": 5, "xmp": 3})
    assert matching(catalog, "rating:>=4") == [1, 2]
    assert undo_last(catalog) == []
    assert matching(catalog, "rating:>=4") == []
    assert told(catalog).ratings == {"xmp": 3}


def test_taking_the_users_stars_away_shows_those_of_the_file_again(catalog: Catalog) -> None:
    with gesture(catalog) as action:
        marks.rate(action, [1], 1)
    with gesture(catalog) as action:
        assert marks.rate(action, [1, 2], 0) == (1, 1)
    assert told(catalog).rating == 3


def test_what_the_user_writes_stands_before_what_the_file_says_and_both_are_found(catalog: Catalog) -> None:
    with gesture(catalog) as action:
        assert edits.write(action, [1], {"caption": "our Rex at the sea"}) == (1, 0)
    assert said(told(catalog), "caption") == [("user", "our Rex at the sea"), ("xmp", "a dog")]
    assert matching(catalog, "caption:sea") == [1]
    assert matching(catalog, "caption:dog") == [1]
    assert matching(catalog, "source:user") == [1]


def test_an_empty_text_takes_the_users_away_and_the_files_stays(catalog: Catalog) -> None:
    with gesture(catalog) as action:
        edits.write(action, [1, 2], {"caption": "mine", "title": "mine"})
    with gesture(catalog) as action:
        assert edits.write(action, [1, 3], {"caption": ""}) == (1, 1)
    assert said(told(catalog), "caption") == [("xmp", "a dog")]
    assert said(told(catalog), "title") == [("user", "mine"), ("iptc", "Rex")]
    assert undo_last(catalog) == []
    assert said(told(catalog), "caption")[0] == ("user", "mine")


def test_a_file_that_is_read_again_leaves_what_the_user_wrote(catalog: Catalog) -> None:
    with gesture(catalog) as action:
        edits.write(action, [1], {"caption": "mine"})
        marks.rate(action, [1], 4)
    with catalog.write() as tx:
        texts.replace(tx, 1, [Words("caption", "xmp", "a cat")])
    assert said(told(catalog), "caption") == [("user", "mine"), ("xmp", "a cat")]


def test_an_edit_in_place_keeps_what_the_user_said(catalog: Catalog) -> None:
    with gesture(catalog) as action:
        edits.write(action, [1], {"title": "mine"})
        marks.rate(action, [1], 4)
        marks.favour(action, [1])
    with catalog.write() as tx:
        new = image(tx, "edited.jpg")
        images.inherit(tx, new, 1)
    info = told(catalog, new)
    assert (info.favourite, info.ratings) == (True, {"user": 4})
    assert [(text.kind, text.source) for text in info.texts] == [("title", "user")]


def test_an_undo_leaves_alone_what_was_said_otherwise_since(catalog: Catalog) -> None:
    with gesture(catalog) as action:
        marks.rate(action, [2], 4)
    with gesture(catalog) as action:
        marks.rate(action, [2], 2)
    with catalog.write() as tx:
        (done,) = undo.undo(tx, [1], "test")
    assert done.skipped == ["the rating of image 2: changed since"]
    assert told(catalog, 2).rating == 2


@pytest.mark.parametrize(
    ("written", "kept"), [("  a\r\nb \n", "a\nb"), ("e\u0301", "\xe9"), ("\t", ""), ("a\tb", "a\tb")]
)
def test_a_text_is_kept_as_a_person_means_it(written: str, kept: str) -> None:
    assert edits.clean(written) == kept


@pytest.mark.parametrize("written", ["a\0b", "\x1b[31m", "a\ud800"])
def test_a_text_holds_no_control_characters(written: str) -> None:
    with pytest.raises(UserError):
        edits.clean(written)


def test_a_text_is_not_a_book() -> None:
    with pytest.raises(TooLarge):
        edits.clean("a" * (edits.LONGEST + 1))
