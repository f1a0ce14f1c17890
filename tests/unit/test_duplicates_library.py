"""What the catalog holds more than once, asked as a client would."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from support.shelf import Shelf
from vaultd.catalog import generations, looks
from vaultd.catalog.copies import copies_of, shown_hashes
from vaultd.demo.scene import Scene, draw
from vaultd.domain.generation import Generation
from vaultd.duplicates import library
from vaultd.duplicates.library import SamePictures
from vaultd.duplicates.same import LEAST_CONTRAST
from vaultd.worker.looks import look


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    shelf = Shelf(tmp_path)
    yield shelf
    shelf.close()


def put(shelf: Shelf, name: str, picture: Image.Image) -> int:
    image = shelf.image(name, pixels=picture.size)
    with shelf.catalog.write() as tx:
        looks.put(tx, image, look(picture))
    return image


def scene(seed: int) -> Image.Image:
    return draw(Scene("boat", "red", "beach", seed), (480, 360))


def same(shelf: Shelf) -> list[list[int]]:
    with shelf.catalog.read() as sql:
        return SamePictures().groups(sql)


def test_the_best_copy_of_each_picture_comes_first(shelf: Shelf) -> None:
    small, other, boat = (
        put(shelf, "s", scene(0).resize((240, 180))),
        put(shelf, "o", scene(1)),
        put(shelf, "b", scene(0)),
    )
    dark = put(shelf, "d", scene(1).resize((300, 225)).point(lambda level: level * 0.9))
    put(shelf, "alone", scene(2))
    assert same(shelf) == [[other, dark], [boat, small]]


def test_what_is_flipped_or_turned_is_another_picture(shelf: Shelf) -> None:
    put(shelf, "a", scene(0))
    put(shelf, "b", scene(0).transpose(Image.Transpose.FLIP_LEFT_RIGHT))
    put(shelf, "c", scene(0).transpose(Image.Transpose.ROTATE_180))
    assert same(shelf) == []


def test_a_copy_that_is_gone_is_in_no_group(shelf: Shelf) -> None:
    put(shelf, "a", scene(0))
    gone = put(shelf, "b", scene(0).resize((240, 180)))
    assert len(same(shelf)) == 1
    shelf.lose(gone)
    assert same(shelf) == []


def test_pictures_without_contrast_or_not_looked_at_are_in_no_group(shelf: Shelf) -> None:
    for name in "ab":
        put(shelf, name, Image.new("RGB", (200, 200), "grey"))
        shelf.image(f"not seen {name}")
    assert same(shelf) == []
    with shelf.catalog.read() as sql:
        assert len(shown_hashes(sql, LEAST_CONTRAST)[0]) == 0
        assert len(shown_hashes(sql, 0.0)[0]) == 2


def test_what_a_file_says_counts_and_what_a_user_says_does_not(shelf: Shelf) -> None:
    image = shelf.image("a", taken_at=1000, tags=["mine"])
    with shelf.catalog.write() as tx:
        tx.sql.execute("UPDATE images SET camera = 'Nikon', iso = 100 WHERE id = ?", (image,))
        tx.sql.executemany(
            "INSERT INTO texts VALUES (?, ?, ?, 'words')",
            [
                (image, "title", "xmp"),
                (image, "prompt", "generator"),
                (image, "title", "user"),
                (image, "caption", "model:blip"),
            ],
        )
        for source in ("generator", "sidecar"):
            generations.replace(tx, image, source, Generation(generator="A1111", model="sdxl"))
    with shelf.catalog.read() as sql:
        found = copies_of(sql, np.array([99, image]))
    assert found.images.tolist() == [image]
    assert found.told.tolist() == [6]


def test_groups_that_are_kept_up_are_those_made_anew(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = SamePictures()

    def agree(count: int) -> None:
        with shelf.catalog.read() as sql:
            groups = kept.groups(sql)
            assert groups == SamePictures().groups(sql)
        assert len(groups) == count

    first = put(shelf, "a", scene(0).resize((240, 180)))
    agree(0)
    made = kept._groups
    better = put(shelf, "b", scene(0))
    agree(1)
    put(shelf, "c", scene(1))
    agree(1)
    put(shelf, "d", scene(1).resize((240, 180)))
    agree(2)
    shelf.tag(better, "mine")
    agree(2)
    assert kept._groups is made  # nothing was grouped anew
    shelf.lose(first)
    agree(1)
    monkeypatch.setattr(library, "MANY", 0)
    put(shelf, "e", scene(1).resize((200, 150)))
    agree(1)
    assert kept._groups is not made


def test_copies_that_are_forgotten_together_leave_the_others_together(shelf: Shelf) -> None:
    kept, sides = SamePictures(), (480, 400, 320, 240)
    images = [put(shelf, str(side), scene(0).resize((side, side * 3 // 4))) for side in sides]
    with shelf.catalog.read() as sql:
        assert kept.groups(sql) == [images]
    made = kept._groups
    with shelf.catalog.write() as tx:
        for image in images[:2]:
            tx.sql.execute("DELETE FROM files WHERE image = ?", (image,))
            tx.sql.execute("DELETE FROM images WHERE id = ?", (image,))
            tx.changed("image", image, "delete")
    with shelf.catalog.read() as sql:
        assert kept.groups(sql) == [images[2:]]
    assert kept._groups is made


def test_a_disk_that_comes_and_goes_takes_its_copies_along(shelf: Shelf) -> None:
    kept = SamePictures()
    put(shelf, "a", scene(0))
    put(shelf, "b", scene(0).resize((240, 180)))
    counts = []
    for mounted in (True, False, True):
        with shelf.catalog.write() as tx:
            tx.sql.execute("UPDATE volumes SET mount_point = CASE WHEN ? THEN CAST('/home' AS BLOB) END", (mounted,))
            tx.changed("file", 1)
        with shelf.catalog.read() as sql:
            counts.append(len(kept.groups(sql)))
    assert counts == [1, 0, 1]
