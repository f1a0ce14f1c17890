"""Tags that stand in files: made fit, kept beside the user's, never brought back once rejected."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import structs

from support.shelf import Shelf
from vaultd.catalog import actions, images, keywords, lookup, tags
from vaultd.domain.content import Content, Keywords, Words


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    shelf = Shelf(tmp_path)
    yield shelf
    shelf.close()


def content(*names: str, text: str = "") -> Content:
    return Content(
        hash=b"h" * 32,
        size=1,
        type="image/png",
        width=1,
        height=1,
        taken_at=None,
        camera=None,
        keywords=[Keywords("xmp", list(names))],
        texts=[Words("title", "xmp", text)] if text else [],
    )


def store(shelf: Shelf, found: Content) -> int:
    with shelf.catalog.write() as tx:
        return images.put(tx, found)[0]


def told(shelf: Shelf, image: int) -> list[tuple[str, str]]:
    with shelf.catalog.read() as sql:
        info = lookup.image_info(sql, image)
    assert info is not None
    return [(tag.name, tag.source) for tag in info.tags]


@pytest.mark.parametrize(
    ("written", "fit"),
    [
        ("dogs", "dogs"),
        ("AC/DC", "AC-DC"),
        ("AC\u2215DC", "AC-DC"),
        ("  two   words ", "two words"),
        ("a\nb\x00c", "a b c"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d🚀 and 🏴\U000e0067\U000e0062\U000e007f", "👩\u200d🚀 and 🏴\U000e0067\U000e0062\U000e007f"),
        ("\ufeffdogs \u200b", "dogs"),
        ("..hidden", "hidden"),
        ("cafe\u0301", "caf\u00e9"),
        ("auto", ""),
        ("...", ""),
        ("\u00e9" * 200, "\u00e9" * 127),
    ],
)
def test_a_keyword_is_made_fit_to_be_a_tag(written: str, fit: str) -> None:
    assert keywords.fit(written) == fit


def test_keywords_are_replaced_when_the_file_is_read_again(shelf: Shelf) -> None:
    image = store(shelf, content("boats", "sea", ""))
    assert told(shelf, image) == [("boats", "xmp"), ("sea", "xmp")]
    assert store(shelf, content("boats")) == image
    assert told(shelf, image) == [("boats", "xmp")]


def test_a_keyword_that_the_user_took_off_does_not_come_back(shelf: Shelf) -> None:
    image = store(shelf, content("boats"))
    with shelf.catalog.write() as tx, actions.recorded(tx, "untag", "untag", "test", "") as action:
        tags.remove(action, tags.require(tx.sql, "boats"), [image])
    store(shelf, content("boats"))
    assert told(shelf, image) == []


def test_an_edited_content_inherits_what_the_user_said_and_not_what_the_old_file_said(shelf: Shelf) -> None:
    old = store(shelf, content("from the file", text="title of the file"))
    shelf.tag(old, "pets")
    with shelf.catalog.write() as tx:
        tx.sql.execute("INSERT INTO texts VALUES (?, 'caption', 'user', 'my words')", (old,))
        tx.sql.execute("INSERT INTO ratings VALUES (?, 'user', 4)", (old,))
        tx.sql.execute("INSERT INTO favourites VALUES (?, 0)", (old,))
        new, is_new = images.put(tx, structs.replace(content("other"), hash=b"n" * 32))
        assert images.replaces(tx.sql, new, old, is_new)
        images.inherit(tx, new, old)
        images.inherit(tx, new, old)
    with shelf.catalog.read() as sql:
        info = lookup.image_info(sql, new)
    assert info is not None
    assert told(shelf, new) == [("other", "xmp"), ("pets", "user")]
    assert [(text.kind, text.source) for text in info.texts] == [("caption", "user")]
    assert (info.rating, info.favourite) == (4, True)
    assert told(shelf, old) == [("from the file", "xmp"), ("pets", "user")]
