"""Listing records: which file of an image is shown, and which images are not shown at all."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.shelf import Shelf
from vaultd.catalog import lookup, views
from vaultipc.messages import Hit

MAY_2023 = 1_682_899_200_000


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    made = Shelf(tmp_path)
    yield made
    made.close()


def _hits(shelf: Shelf, *images: int) -> list[Hit]:
    with shelf.catalog.read() as sql:
        return lookup.hits(sql, images)


def test_a_hit_says_all_that_a_listing_shows(shelf: Shelf) -> None:
    image = shelf.image("a/dog.jpg", tags=["pets/dogs", "old"], auto=["dog"], taken_at=MAY_2023)
    (hit,) = _hits(shelf, image)
    assert (hit.id, hit.name, hit.path) == (str(image), "dog.jpg", "/home/pictures/a/dog.jpg")
    assert (hit.rank, hit.score, hit.state, hit.tags) == (1, None, "online", ["old", "pets/dogs"])
    assert (hit.date, hit.width, hit.height) == ("2023-05-01T00:00:00Z", 640, 480)
    assert (hit.size, hit.blocks, hit.mtime_ns, hit.mode, hit.uid, hit.gid) == (1000, 2, 5, 33188, 1000, 1000)
    assert len(hit.content) == 16


def test_hits_keep_the_order_asked_for_and_the_rank_of_their_place(shelf: Shelf) -> None:
    one, two, three = (shelf.image(f"{n}.jpg") for n in "abc")
    shelf.lose(two)
    assert [(hit.id, hit.rank) for hit in _hits(shelf, three, two, 999, one)] == [(str(three), 1), (str(one), 4)]


def test_the_file_shown_is_of_the_first_root_then_shortest_then_first_in_bytes(shelf: Shelf) -> None:
    volume, second = shelf.root(b"mnt/b")
    image = shelf.image("long/name.jpg")
    shelf.file(image, "z", volume=volume, root=second)
    shelf.file(image, "bb.jpg")
    shelf.file(image, "ab.jpg")
    assert [hit.name for hit in _hits(shelf, image)] == ["ab.jpg"]
    with shelf.catalog.read() as sql:
        (preferred,) = lookup.hits(sql, [image], prefer=lambda path: path.endswith(b"/z"))
        places = lookup.places(sql, [image])[image]
    assert preferred.path == "/mnt/b/z"
    assert [place.path.rpartition("/")[2] for place in places] == ["ab.jpg", "bb.jpg", "name.jpg", "z"]


def test_an_online_copy_is_shown_before_any_other(shelf: Shelf) -> None:
    volume, away = shelf.root(b"usb", mount_point=None)
    image = shelf.image("gone.jpg")
    shelf.lose(image)
    shelf.file(image, "x.jpg", volume=volume, root=away)
    assert _hits(shelf, image) == []
    with shelf.catalog.read() as sql:
        offline = lookup.hit(sql, image)
        assert views.missing(sql, 10) == []
    assert offline is not None
    assert offline.state == "offline"
    shelf.file(image, "here/again.jpg")
    assert [hit.name for hit in _hits(shelf, image)] == ["again.jpg"]


def test_files_of_a_removed_root_are_not_shown(shelf: Shelf) -> None:
    volume, removed = shelf.root(b"old", removed=True)
    image = shelf.image("a.jpg")
    shelf.file(image, "b.jpg", volume=volume, root=removed)
    shelf.lose(image)
    with shelf.catalog.write() as tx:
        tx.sql.execute("UPDATE files SET state = 'present' WHERE root = ?", (removed,))
    assert _hits(shelf, image) == []
    with shelf.catalog.read() as sql:
        assert views.missing(sql, 10) == [image]


def test_a_name_that_is_not_utf_8_keeps_its_bytes(shelf: Shelf) -> None:
    (hit,) = _hits(shelf, shelf.image(b"caf\xe9 \n.jpg"))
    assert hit.name == "caf\ufffd \n.jpg"
    assert isinstance(hit.name_b64, str)
    assert isinstance(hit.path_b64, str)
    assert b64decode(hit.name_b64) == b"caf\xe9 \n.jpg"
    assert b64decode(hit.path_b64) == b"/home/pictures/caf\xe9 \n.jpg"


def test_everything_about_one_image_is_told(shelf: Shelf) -> None:
    image = shelf.image("a.jpg", tags=["x"], auto=["dog"], texts={"title": "A dog"}, camera="Nikon")
    shelf.file(image, "copy.jpg")
    with shelf.catalog.read() as sql:
        info = lookup.image_info(sql, image)
        assert lookup.image_info(sql, 999) is None
    assert info is not None
    assert [place.path for place in info.paths] == ["/home/pictures/a.jpg", "/home/pictures/copy.jpg"]
    assert [(tag.name, tag.source) for tag in info.tags] == [("auto/words/dog", "auto"), ("x", "user")]
    assert [(text.kind, text.text, text.source) for text in info.texts] == [("title", "A dog", "xmp")]
    assert (info.camera, info.rating, info.favourite, info.albums) == ("Nikon", 0, False, [])


def test_views_hold_what_is_online(shelf: Shelf) -> None:
    old = shelf.image("a.jpg", taken_at=MAY_2023, tags=["x"])
    new = shelf.image("b.jpg", taken_at=MAY_2023 - 1, auto=["dog"])
    gone = shelf.image("c.jpg", taken_at=MAY_2023)
    undated = shelf.image("d.jpg")
    shelf.file(undated, "e.jpg")
    shelf.lose(gone)
    with shelf.catalog.read() as sql:
        assert views.recent(sql, 10) == [undated, new, old]
        assert views.untagged(sql, 10) == [undated, new]
        assert views.missing(sql, 10) == [gone]
        assert views.years(sql) == [2023]
        assert views.months(sql, 2023) == [4, 5]
        assert views.of_month(sql, 2023, 5) == [old]
        assert views.with_several_files(sql) == [undated]


def test_a_hard_link_is_no_duplicate(shelf: Shelf) -> None:
    picture = shelf.image("a.jpg")
    shelf.file(picture, "the same file.jpg")
    with shelf.catalog.write() as tx:
        tx.sql.execute("UPDATE files SET inode = 9")
    with shelf.catalog.read() as sql:
        assert views.with_several_files(sql) == []


def test_a_picture_from_before_1970_has_its_date(shelf: Shelf) -> None:
    image = shelf.image("a.jpg", taken_at=-86_400_000)
    assert [hit.date for hit in _hits(shelf, image)] == ["1969-12-31T00:00:00Z"]
    with shelf.catalog.read() as sql:
        assert views.years(sql) == [1969]
        assert views.months(sql, 1969) == [12]
