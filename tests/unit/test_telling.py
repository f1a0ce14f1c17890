"""What programs that find words for pictures leave in the catalog."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.catalog_rows import gesture, image, opened
from vaultd.catalog import copies, edits, images, lookup, telling, texts, undo
from vaultd.catalog.store import Catalog
from vaultd.catalog.telling import Found, Teller
from vaultd.domain.content import Words
from vaultd.index.documents import documents
from vaultd.query import parse
from vaultd.search.filters import condition

SMALL = Teller("caption", "model:small", "1")
LARGE = Teller("caption", "model:large", "1")
READER = Teller("ocr", "ocr:reader", "1")


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """Three pictures, of the ids 1 to 3; the file of the first says a caption."""
    with opened(tmp_path) as catalog:
        with catalog.write() as tx:
            for number in range(3):
                image(tx, f"{number}.jpg")
            texts.replace(tx, 1, [Words("caption", "xmp", "Rex")])
        yield catalog


def put(catalog: Catalog, teller: Teller, *found: Found) -> None:
    with catalog.write() as tx:
        for one in found:
            telling.put(tx, teller, one)


def said(catalog: Catalog, number: int, kind: str = "caption") -> list[tuple[str, str, object]]:
    with catalog.read() as sql:
        info = lookup.image_info(sql, number)
    assert info is not None
    rows = [(text.source, text.text, text.confidence) for text in info.texts if text.kind == kind]
    return [(source, text, sure if isinstance(sure, float) else None) for source, text, sure in rows]


def lacking(catalog: Catalog, teller: Teller) -> list[int]:
    with catalog.read() as sql:
        return telling.lacking(sql, teller, 10)


def test_what_was_told_stands_with_its_source_and_how_sure_it_is(catalog: Catalog) -> None:
    put(catalog, SMALL, Found(1, "told", "a brown dog", 0.8149))
    put(catalog, READER, Found(1, "told", "BEWARE", 0.99))
    assert said(catalog, 1) == [("model:small", "a brown dog", 0.81), ("xmp", "Rex", None)]
    assert said(catalog, 1, "ocr") == [("ocr:reader", "BEWARE", 0.99)]
    with catalog.read() as sql:
        (document,) = documents(sql, [1])
    assert sorted(document.texts["caption"]) == ["Rex", "a brown dog"]
    assert document.texts["ocr"] == ["BEWARE"]


def test_what_was_seen_once_is_not_asked_for_again_whatever_came_of_it(catalog: Catalog) -> None:
    assert lacking(catalog, READER) == [3, 2, 1], "the newest first"
    put(catalog, READER, Found(3, "nothing"), Found(2, "unlike"), Found(1, "failed"))
    assert lacking(catalog, READER) == []
    assert lacking(catalog, SMALL) == [3, 2, 1]
    with catalog.read() as sql:
        assert telling.standing(sql, READER) == (3, 1, 0)
        assert telling.standing(sql, SMALL) == (0, 0, 3)
        assert telling.lacking(sql, SMALL, 10, besides=[3]) == [2, 1]


def test_what_failed_is_tried_again_on_request(catalog: Catalog) -> None:
    put(catalog, READER, Found(3, "nothing"), Found(2, "failed"))
    with catalog.write() as tx:
        assert telling.retry(tx) == 1
    assert lacking(catalog, READER) == [2, 1]


def test_a_newer_version_does_its_own_again_and_nothing_else(catalog: Catalog) -> None:
    put(catalog, SMALL, Found(1, "told", "a dog", 0.5), Found(2, "told", "a cat", 0.5))
    put(catalog, READER, Found(1, "told", "BEWARE", 0.9))
    better = SMALL._replace(version="2")
    assert lacking(catalog, better) == [3, 2, 1]
    assert lacking(catalog, READER) == [3, 2]
    put(catalog, better, Found(1, "told", "a brown dog", 0.7))
    assert said(catalog, 1)[0] == ("model:small", "a brown dog", 0.7)
    assert said(catalog, 2) == [("model:small", "a cat", 0.5)], "until its turn comes"
    assert lacking(catalog, better) == [3, 2]


def test_another_model_takes_the_place_of_the_one_before_picture_by_picture(catalog: Catalog) -> None:
    put(catalog, SMALL, Found(1, "told", "a dog", 0.5), Found(2, "told", "a cat", 0.5), Found(3, "told", "a car", 0.5))
    put(catalog, LARGE, Found(1, "told", "a brown dog in the snow", 0.6), Found(2, "failed"), Found(3, "nothing"))
    assert said(catalog, 1)[0] == ("model:large", "a brown dog in the snow", 0.6)
    assert said(catalog, 2) == [("model:small", "a cat", 0.5)], "where it failed, what was there stays"
    assert said(catalog, 3) == []
    assert lacking(catalog, SMALL) == [3, 1], "if it is chosen again, it writes again"


def test_the_index_is_told_only_where_words_changed(catalog: Catalog) -> None:
    put(catalog, SMALL, Found(1, "told", "a dog", 0.5))
    before = catalog.seq()
    put(catalog, SMALL, Found(1, "told", "a dog", 0.6), Found(2, "nothing"), Found(99, "told", "of no picture", 0.9))
    assert catalog.seq() == before
    put(catalog, SMALL, Found(1, "told", "a fox", 0.6))
    assert catalog.seq() == before + 1


def test_a_persons_words_stand_first_and_undo_takes_only_them_back(catalog: Catalog) -> None:
    put(catalog, READER, Found(1, "told", "8EWARE", 0.6))
    with gesture(catalog) as action:
        edits.write(action, [1], {"ocr": "BEWARE", "caption": "our dog"})
    assert said(catalog, 1, "ocr") == [("user", "BEWARE", None), ("ocr:reader", "8EWARE", 0.6)]
    put(catalog, READER._replace(version="2"), Found(1, "told", "BEWARE!", 0.9))
    assert said(catalog, 1, "ocr") == [("user", "BEWARE", None), ("ocr:reader", "BEWARE!", 0.9)]
    with catalog.write() as tx:
        (done,) = undo.undo(tx, undo.newest(tx.sql, 1), "test")
    assert done.skipped == []
    assert said(catalog, 1, "ocr") == [("ocr:reader", "BEWARE!", 0.9)]
    assert said(catalog, 1) == [("xmp", "Rex", None)]


@pytest.mark.parametrize("source", ["", "model:small"])
def test_what_is_forgotten_goes_and_what_others_said_stays(catalog: Catalog, source: str) -> None:
    with gesture(catalog) as action:
        edits.write(action, [1], {"caption": "our dog"})
    put(catalog, SMALL, *(Found(number, "told", "a dog", 0.5) for number in (1, 2, 3)))
    put(catalog, READER, Found(1, "told", "BEWARE", 0.6))
    with catalog.write() as tx:
        assert telling.forget(tx, "caption", source, 2) == 2
    with catalog.write() as tx:
        assert telling.forget(tx, "caption", source, 2) == 1
    assert said(catalog, 1) == [("user", "our dog", None), ("xmp", "Rex", None)]
    assert said(catalog, 1, "ocr") == [("ocr:reader", "BEWARE", 0.6)]
    assert lacking(catalog, SMALL) == [3, 2, 1]
    with catalog.read() as sql:
        assert telling.tellers(sql) == {"ocr:reader": 1}


def test_forgetting_one_model_leaves_another_ones_words(catalog: Catalog) -> None:
    put(catalog, SMALL, Found(1, "told", "a dog", 0.5))
    put(catalog, LARGE, Found(2, "told", "a cat", 0.5))
    with catalog.write() as tx:
        assert telling.forget(tx, "caption", "model:small", 10) == 1
    assert said(catalog, 2) == [("model:large", "a cat", 0.5)]


def test_what_a_program_found_makes_no_copy_the_better_one(catalog: Catalog) -> None:
    before = told_facts(catalog)
    put(catalog, SMALL, Found(2, "told", "a dog", 0.5))
    put(catalog, READER, Found(2, "told", "BEWARE", 0.5))
    assert told_facts(catalog) == before


def told_facts(catalog: Catalog) -> list[int]:
    """How much the file of each picture says, as the best copy is chosen by it."""
    with catalog.read() as sql:
        return [
            sql.execute(f"SELECT {copies._TOLD} FROM images WHERE id = ?", (number,)).fetchone()[0] for number in (1, 2)
        ]


def test_its_kind_of_source_finds_the_words_of_any_of_its_programs(catalog: Catalog) -> None:
    put(catalog, SMALL, Found(1, "told", "a dog", 0.5))
    put(catalog, LARGE, Found(2, "told", "a cat", 0.5))
    put(catalog, READER, Found(3, "told", "BEWARE", 0.5))
    for query, wanted in (("source:model", [1, 2]), ("source:ocr", [3]), ("source:xmp", [1]), ("-source:ocr", [1, 2])):
        root = parse(query).root
        assert root is not None
        with catalog.read() as sql:
            meant = condition(sql, root)
            found = sql.execute(f"SELECT id FROM images WHERE {meant.sql} ORDER BY id", meant.values).fetchall()
        assert [image for (image,) in found] == wanted, query


def test_what_the_file_says_is_read_again_beside_it(catalog: Catalog) -> None:
    put(catalog, SMALL, Found(1, "told", "a dog", 0.5))
    with catalog.write() as tx:
        texts.replace(tx, 1, [Words("caption", "xmp", "Rex II")])
    assert said(catalog, 1) == [("model:small", "a dog", 0.5), ("xmp", "Rex II", None)]


def test_an_edited_file_is_a_new_picture_of_which_nothing_was_told(catalog: Catalog) -> None:
    put(catalog, SMALL, Found(1, "told", "a dog", 0.5))
    with catalog.write() as tx:
        images.inherit(tx, 2, 1)
    assert said(catalog, 2) == []
    assert lacking(catalog, SMALL) == [3, 2]
