"""Private pictures: what makes one, and where it does not show."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.catalog_rows import MOUNT_POINT, gesture, image, opened, root
from support.searching import Library
from support.shelf import towards
from vaultd.catalog import albums, facets, files, presence, privacy, tag_counts, tags, views
from vaultd.catalog.store import Catalog
from vaultd.domain.facts import Facts
from vaultd.domain.private import Private

HOME = "/home/ann"
FACTS = Facts(inode=900, mtime_ns=0, ctime_ns=0, size=1, blocks=1, mode=0o100644, uid=0, gid=0)


@pytest.mark.parametrize(
    ("glob", "below"),
    [
        ("Private", b"Private/a.jpg"),
        ("Private", b"2020/Private/trip/a.jpg"),
        ("Private/", b"Private/a.jpg"),
        ("*.raw.jpg", b"2020/a.raw.jpg"),
        ("2020/Medical", b"2020/Medical/x/a.jpg"),
        ("**/Medical", b"2020/deep/Medical/a.jpg"),
        ("~/Pictures/2020", b"2020/a.jpg"),
        ("/home/ann/Pictures/*/a.jpg", b"2020/a.jpg"),
        ("Private", b"Private/odd \xff.jpg"),
    ],
)
def test_a_glob_makes_private_what_it_names_and_all_below_it(glob: str, below: bytes) -> None:
    assert Private.of([glob], HOME).covers(b"/home/ann/Pictures/" + below, below)


@pytest.mark.parametrize(
    ("glob", "below"),
    [
        ("Private", b"Privateer/a.jpg"),
        ("Private/", b"Private"),
        ("2020/Medical", b"2021/2020/Medical/a.jpg"),
        ("~/Pictures/2020", b"home/ann/Pictures/2020/a.jpg"),
        ("Pictures", b"a.jpg"),
    ],
)
def test_nothing_else_is_private(glob: str, below: bytes) -> None:
    assert not Private.of([glob], HOME).covers(b"/home/ann/Pictures/" + below, below)


def test_a_later_glob_takes_back_what_an_earlier_one_said() -> None:
    private = Private.of(["*.jpg", "!public*"], HOME)
    assert [private.covers(b"/p/" + name, name) for name in (b"a.jpg", b"public1.jpg")] == [True, False]


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """Four pictures of the ids 1 to 4 in `photos`; the last two lie in `photos/secret`."""
    with opened(tmp_path) as catalog:
        with catalog.write() as tx:
            for name in ("a.jpg", "b.jpg", "secret/c.jpg", "secret/d.jpg"):
                image(tx, name, taken_at=1_600_000_000_000)
            tx.sql.execute("UPDATE images SET camera = 'Nikon'")
        yield catalog


def hide(catalog: Catalog, *globs: str) -> None:
    privacy.begin(catalog, Private.of(globs, HOME))


def recent(catalog: Catalog) -> list[int]:
    with catalog.read() as sql:
        return sorted(views.recent(sql, 100))


def test_globs_hold_for_what_is_known_and_are_taken_back_with_them(catalog: Catalog) -> None:
    hide(catalog, "secret")
    assert recent(catalog) == [1, 2]
    hide(catalog, "b.jpg")
    assert recent(catalog) == [1, 3, 4]
    hide(catalog)
    assert recent(catalog) == [1, 2, 3, 4]


def test_the_same_globs_change_nothing_the_next_time(catalog: Catalog) -> None:
    hide(catalog, "secret")
    before = catalog.rows_changed()
    hide(catalog, "secret")
    assert catalog.rows_changed() == before


def test_a_new_file_is_private_from_the_moment_it_is_known(catalog: Catalog) -> None:
    hide(catalog, f"{MOUNT_POINT.decode()}/photos/new")
    with catalog.write() as tx:
        files.insert(tx, 1, root(tx), b"photos/new/x.jpg", FACTS, image=1)
        files.insert(tx, 1, root(tx), b"photos/newer/x.jpg", FACTS, image=2)
    assert recent(catalog) == [2, 3, 4], "a picture is private if any of its files is"


def test_a_file_that_moves_out_is_private_no_more(catalog: Catalog) -> None:
    hide(catalog, "secret")
    with catalog.write() as tx:
        out, into = files.at(tx.sql, 1, b"photos/secret/c.jpg"), files.at(tx.sql, 1, b"photos/a.jpg")
        assert out
        assert into
        files.move(tx, out, 1, out.root, b"photos/c.jpg", None)
        files.move(tx, into, 1, into.root, b"photos/secret/a.jpg", None)
    assert recent(catalog) == [2, 3]


def test_a_file_to_be_read_says_that_it_is_private(catalog: Catalog) -> None:
    hide(catalog, "secret")
    with catalog.write() as tx:
        tx.sql.execute("UPDATE files SET image = NULL WHERE id IN (1, 3)")
        assert [pending.private for pending in files.pending(tx.sql, 10)] == [False, True]


def test_no_folder_that_is_no_search_shows_one(catalog: Catalog) -> None:
    with gesture(catalog) as action:
        tags.apply(action, tags.create(action, "pets"), [1, 3])
        album = albums.create(action, "trip")
        albums.add(action, album, [3, 1, 4])
    hide(catalog, "secret")
    with catalog.read() as sql:
        assert sorted(views.untagged(sql, 9)) == [2]
        assert sorted(views.of_month(sql, 2020, 9)) == [1, 2]
        assert facets.counts(sql, "camera") == [("Nikon", 2)]
        assert sorted(facets.of_value(sql, "camera", "Nikon", 9)) == [1, 2]
        assert privacy.shown(sql, albums.images(sql, album)) == [1]
        assert albums.listing(sql) == [(album, "trip", 1)]
        assert [info.count for info in tag_counts.listing(sql)] == [1]
        assert str(presence.presence(sql, [1, 3, 4])) == "3 pictures, 2 of them not shown at present"


def test_missing_and_twofold_private_pictures_are_not_listed(catalog: Catalog) -> None:
    with catalog.write() as tx:
        files.insert(tx, 1, root(tx), b"photos/again.jpg", FACTS, image=3)
        files.insert(tx, 1, root(tx), b"photos/again too.jpg", FACTS, image=2)
        tx.sql.execute("UPDATE files SET state = 'missing' WHERE image IN (1, 4)")
    hide(catalog, "secret")
    with catalog.read() as sql:
        assert views.missing(sql, 9) == [1]
        assert views.with_several_files(sql) == [2]


@pytest.fixture
async def hidden(tmp_path: Path) -> Any:
    """Three beaches, of which the second (in `secret`) is private, and a forest."""
    library = Library(tmp_path)
    for number, name in enumerate(("a.jpg", "secret/b.jpg", "c.jpg", "d.jpg"), start=1):
        library.shelf.image(name, vector=towards("forest" if number == 4 else "beach"), texts={"caption": "my place"})
    privacy.begin(library.shelf.catalog, Private.of(["secret"], HOME))
    await library.fresh()
    return library


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("beach", [1, 3]),
        ("beach private:yes", [2]),
        ("beach private:*", [1, 2, 3]),
        ("beach private:no", [1, 3]),
        ("beach -private:yes", [1, 3]),
        ("private:yes", [2]),
        ("caption:place", [1, 3, 4]),
        ('"my place"', [1, 3, 4]),
        ("caption:place private:*", [1, 2, 3, 4]),
        ("name:b.jpg", []),
        ("path:secret", []),
        ("-forest", [1, 3]),
        ("sort:added", [1, 3, 4]),
        ("like:2", [1, 3]),
        ("forest OR private:yes", [2, 4]),
    ],
)
async def test_a_search_finds_private_pictures_where_it_asks_for_them(
    hidden: Library, query: str, found: list[int]
) -> None:
    try:
        assert sorted(await hidden.found(query)) == found
        assert sorted(await hidden.engine.ids_matching(query)) == found
    finally:
        hidden.shelf.close()


async def test_why_a_private_picture_is_not_found_is_told(hidden: Library) -> None:
    try:
        silent = await hidden.engine.explain("beach", 2)
        assert (silent.matched, [(one.text, one.passed) for one in silent.filters]) == (False, [("private:no", False)])
        assert (await hidden.engine.explain("beach", 1)).filters == []
        assert (await hidden.engine.explain("beach private:*", 2)).matched
    finally:
        hidden.shelf.close()
