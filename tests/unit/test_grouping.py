"""Copies stand behind the best hit, and an answer is counted by what is in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from support.shelf import Shelf
from vaultd.catalog import generations, looks
from vaultd.catalog.looks import SHOWN_PERCENT
from vaultd.demo.scene import Scene, draw
from vaultd.domain.generation import Generation, Lora
from vaultd.search import facets
from vaultd.search.grouping import grouped, ungrouped
from vaultd.worker.looks import look


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    shelf = Shelf(tmp_path)
    yield shelf
    shelf.close()


def put(shelf: Shelf, picture: Image.Image) -> int:
    image = shelf.image(f"{shelf.catalog.seq()}.jpg", pixels=picture.size)
    with shelf.catalog.write() as tx:
        looks.put(tx, image, look(picture))
    return image


def scene(seed: int) -> Image.Image:
    return draw(Scene("boat", "red", "beach", seed), (320, 240))


def ask(shelf: Shelf, *images: int) -> tuple[list[int], list[int]]:
    with shelf.catalog.read() as sql:
        kept, behind = grouped(sql, np.array(images, np.int64))
    return kept.tolist(), behind.tolist()


def test_copies_stand_behind_the_best_and_the_order_stays(shelf: Shelf) -> None:
    boat, other, third = (put(shelf, scene(seed)) for seed in range(3))
    small = put(shelf, scene(0).resize((160, 120)))
    dark = put(shelf, scene(0).point(lambda level: level * 0.85))
    assert ask(shelf, other, small, third, boat, dark) == ([other, small, third], [0, 2, 0])
    assert ask(shelf, boat, other, small) == ([boat, other], [1, 0])
    assert ask(shelf) == ([], [])


def shot(chance: np.random.Generator) -> Image.Image:
    """One of a burst: the hand moves by half a percent of the picture at most, light and noise are never the same."""
    across, down = chance.uniform(-1, 1, 2) * (320 / 200, 240 / 200)
    turned = scene(0).rotate(chance.uniform(-0.3, 0.3), Image.Resampling.BICUBIC, translate=(across, down))
    levels = np.asarray(turned.crop((16, 12, 304, 228)), np.float64)
    levels = levels * chance.uniform(0.97, 1.03) + chance.normal(0, 4, levels.shape)
    return Image.fromarray(levels.clip(0, 255).astype(np.uint8))


def test_a_burst_is_one_picture(shelf: Shelf) -> None:
    chance = np.random.default_rng(7)
    burst = [put(shelf, shot(chance)) for _ in range(8)]
    other = put(shelf, scene(1))
    assert ask(shelf, burst[3], other, *burst[:3], *burst[4:]) == ([burst[3], other], [7, 0])


def test_a_picture_of_another_shape_is_another_picture(shelf: Shelf) -> None:
    boat, stretched = put(shelf, scene(0)), put(shelf, scene(0).resize((320, 320)))
    assert ask(shelf, boat, stretched) == ([boat, stretched], [0, 0])


def test_flat_pictures_are_never_copies_of_each_other(shelf: Shelf) -> None:
    flat = [put(shelf, Image.new("RGB", (320, 240), (level, level, level))) for level in (0, 1, 128, 128, 255)]
    assert ask(shelf, *flat) == (flat, [0] * 5)


def page(number: int) -> Image.Image:
    paper = Image.new("RGB", (310, 440), "white")
    for line in range(20, 400, 9):
        length = 100 + (line * (number + 3)) % 160
        ImageDraw.Draw(paper).text((30, line), "mnw" * (length // 12), fill="black", font_size=8)
    return paper


def test_pages_of_text_are_not_copies_of_each_other_but_copies_of_a_page_are(shelf: Shelf) -> None:
    pages = [put(shelf, page(number)) for number in range(12)]
    smaller = put(shelf, page(3).resize((200, 284), Image.Resampling.LANCZOS))
    assert ask(shelf, *pages, smaller) == (pages, [0] * 3 + [1] + [0] * 8)


def test_what_was_not_looked_at_yet_stands_alone(shelf: Shelf) -> None:
    boat, unseen, again = put(shelf, scene(0)), shelf.image("unseen.jpg"), put(shelf, scene(0))
    assert ask(shelf, unseen, boat, again) == ([unseen, boat], [0, 1])
    assert [side.tolist() for side in ungrouped(np.array([3, 1]))] == [[3, 1], [0, 0]]


def test_looks_are_replaced_whole(shelf: Shelf) -> None:
    image = put(shelf, Image.new("RGB", (40, 30), "red"))
    with shelf.catalog.write() as tx:
        looks.put(tx, image, look(Image.new("RGB", (40, 30), "blue")))
    with shelf.catalog.read() as sql:
        assert sql.execute("SELECT colour, share FROM colours").fetchall() == [("blue", 100)]


def test_an_answer_is_counted_by_every_facet(shelf: Shelf) -> None:
    may = 1_684_000_000_000  # 2023-05-13
    one = shelf.image("1.jpg", tags=["pets/dogs"], taken_at=may, camera="Nikon D90")
    two = shelf.image("2.png", tags=["pets", "pets/dogs"], taken_at=may - 10**10, type_="image/png", auto=["dog"])
    old = shelf.image("3.jpg", taken_at=-1)
    elsewhere = shelf.image("4.jpg", tags=["pets"])
    with shelf.catalog.write() as tx:
        tx.sql.execute("UPDATE images SET lens = '50mm' WHERE id IN (?, ?)", (one, two))
        tx.sql.executemany("INSERT INTO ratings VALUES (?, ?, ?)", [(one, "xmp", 2), (one, "user", 5), (two, "xmp", 2)])
        shares = [(one, "red", SHOWN_PERCENT), (two, "red", 70), (two, "blue", SHOWN_PERCENT - 1)]
        tx.sql.executemany("INSERT INTO colours VALUES (?, ?, ?)", shares)
        places = [(one, "city", "iptc"), (one, "city", "gps"), (two, "country", "gps")]
        tx.sql.executemany("INSERT INTO texts VALUES (?, ?, ?, 'Porto')", places)
        for source in ("generator", "sidecar"):
            made = Generation(generator="A1111", model="sdxl", sampler="euler", loras=(Lora("ink"), Lora("grain")))
            generations.replace(tx, one, source, made)
        generations.replace(tx, two, "generator", Generation(generator="A1111", model="sdxl", prompt="a boat"))
    with shelf.catalog.read() as sql:
        assert facets.count(sql, np.array([one, two, old])) == {
            "model": {"sdxl": 2},
            "lora": {"grain": 1, "ink": 1},
            "sampler": {"euler": 1},
            "tag": {"pets": 2, "pets/dogs": 2},
            "year": {"2023": 2, "1969": 1},
            "month": {"1969-12": 1, "2023-01": 1, "2023-05": 1},
            "type": {"image/jpeg": 2, "image/png": 1},
            "camera": {"Nikon D90": 1},
            "lens": {"50mm": 2},
            "color": {"red": 2},
            "rating": {"2": 1, "5": 1},
            "country": {"Porto": 1},
            "region": {},
            "city": {"Porto": 1},
        }
        assert facets.count(sql, np.array([elsewhere]))["tag"] == {"pets": 1}
        assert not any(facets.count(sql, np.array([], np.int64)).values())
