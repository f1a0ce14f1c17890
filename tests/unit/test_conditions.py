"""The exact fields as SQL: which pictures each has, over the whole library and among given ones alike."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from time import perf_counter

import numpy as np
import pytest

from support.shelf import Shelf
from vaultd.catalog import looks
from vaultd.catalog.store import Transaction
from vaultd.domain.generation import Generation, Lora
from vaultd.domain.looks import Looks
from vaultd.query import And, Node, parse
from vaultd.search.filters import condition, unknown_tags
from vaultd.worker import colours

TODAY = date(2024, 6, 15)


def at(text: str) -> int:
    """Milliseconds since 1970 of a camera's local time."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    """Four pictures, called by their letters."""
    made = Shelf(tmp_path_factory.mktemp("shelf"))
    a = made.image(
        "Holiday/a.jpg", taken_at=at("2023-07-04T12:00"), camera="NIKON Z 6", pixels=(1920, 1080), size=500_000,
        tags=["pets/dogs"], texts={"prompt": "a castle at sunset", "negative": "blurry hands"},
        generation=Generation(generator="A1111", seed=123456789, loras=(Lora("Ink_v2", 0.5), Lora("grain"))),
    )  # fmt: skip
    b = made.image(
        "Holiday/2023\u2215b.png", taken_at=at("2024-06-14T23:59:59"), pixels=(600, 800), size=2_400_000,
        type_="image/png",        tags=["pets", "1\u22152"],
        texts={"caption": "Café in the harbour", "ocr": "EXIT 12"},
        generation=Generation(generator="ComfyUI", model="dreamShaper_8", sampler="dpmpp_2m", seed=2**64 - 1),
    )  # fmt: skip
    c = made.image("c.jpg", taken_at=at("2024-06-15T00:00"), pixels=(500, 500), size=20, auto=["dog"])
    d = made.image("d.jpg", pixels=(4000, 3000))
    with made.catalog.write() as tx:
        _more(tx, a, b, c, d)
    assert [a, b, c, d] == [1, 2, 3, 4]
    yield made
    made.close()


def _more(tx: Transaction, a: int, b: int, c: int, d: int) -> None:
    tx.sql.execute("INSERT INTO texts VALUES (?, 'ocr', 'model', ?)", (d, "a" * 20_000 + "b"))
    tx.sql.execute("UPDATE images SET lens = 'NIKKOR Z 50mm f/1.8 S', iso = 800 WHERE id = ?", (a,))
    tx.sql.execute("UPDATE images SET iso = 100 WHERE id = ?", (b,))
    tx.sql.execute("INSERT INTO albums (id, name, created_at) VALUES (1, 'Été', 0), (2, 'Work', 0)")
    tx.sql.execute("INSERT INTO album_images VALUES (1, ?, 1), (2, ?, 1)", (a, b))
    tx.sql.execute("INSERT INTO favourites VALUES (?, 0)", (b,))
    tx.sql.execute("INSERT INTO copies VALUES (?, ?, 0)", (c, a))
    tx.sql.execute(
        "INSERT INTO ratings VALUES (?, 'user', 2), (?, 'xmp', 5), (?, 'xattr', 4), (?, 'xmp', 3)", (a, a, b, c)
    )
    tx.sql.execute("INSERT INTO colours VALUES (?, 'red', 60), (?, 'grey', 5), (?, 'grey', 40)", (a, a, b))
    for image, seen in ((a, RED), (b, GREY), (c, DARK)):
        looks.put(tx, image, seen)


def _looks(rgb: tuple[int, int, int], colour: str, sharpness: int | None, brightness: int, colourful: int) -> Looks:
    """Of a picture that is all of one colour."""
    pixels = np.full((colours.SIDE, colours.SIDE, 3), rgb, np.uint8)
    return Looks(phash=1, dhash=2, contrast=20.0, tint=bytes(32), colours={colour: 60}, palette=colours.palette(pixels),
                 sharpness=sharpness, brightness=brightness, colourfulness=colourful)  # fmt: skip


RED = _looks((0xC0, 0x30, 0x20), "red", 80, 45, 63)
GREY = _looks((0x88, 0x88, 0x88), "grey", 20, 90, 1)
DARK = _looks((0x10, 0x10, 0x30), "black", None, 20, 12)


def found(shelf: Shelf, query: str, among: list[int] | None = None) -> str:
    """The letters of the pictures that a query of fields has."""
    root = parse(query).root
    assert root is not None
    with shelf.catalog.read() as sql:
        wanted = condition(sql, root, among=None if among is None else len(among), today=TODAY)
        given, values = (
            ("", ()) if among is None else ("id IN (SELECT value FROM json_each(?)) AND", [json.dumps(among)])
        )
        rows = sql.execute(f"SELECT id FROM images WHERE {given} ({wanted.sql}) ORDER BY id", (*values, *wanted.values))
        return "".join("abcd"[image - 1] for (image,) in rows)


@pytest.mark.parametrize(
    ("query", "letters"),
    [
        ("tag:pets", "ab"), ("tag:=pets", "b"), ("tag:PETS", "ab"), ("tag:pets/dogs", "a"),
        ("tag:pets\u2215dogs", "a"), ("tag:1/2", "b"),
        ("tag:*", "ab"), ("-tag:*", "cd"), ("tag:p*s", "ab"), ("tag:cats", ""), ("auto:dog", "c"), ("auto:d*", "c"),
        ("album:ete", "a"), ("album:=ete", ""), ("album:=Été", "a"), ("album:*", "ab"), ("-album:*", "cd"),
        ("name:a.jpg", "a"), ("name:A", "a"), ("name:?.jpg", "acd"), ("name:[ab].*", "a"), ("path:holiday", "ab"),
        ("path:holiday/a", "a"), ("path:holiday/2023/b", "b"), ("path:holiday\u22152023\u2215b", "b"),
        ("path:*holiday?2023*", "b"), ("path:/home/pictures/c.jpg", "c"),
        ("type:jpg", "acd"), ("type:PNG", "b"), ("type:image/", "abcd"),
        ("date:2023", "a"), ("date:2023-07", "a"), ("date:<2024", "a"), ("date:<=2024", "abc"), ("date:>2023", "bc"),
        ("date:>=2023", "abc"), ("date:2023..2024", "abc"), ("date:2024..", "bc"), ("date:..2023-07-04", "a"),
        ("date:today", "c"), ("date:yesterday", "b"), ("date:this-week", "bc"), ("date:last-7-days", "bc"),
        ("date:1-year-ago", "a"), ("date:summer-2023", "a"), ("date:*", "abc"), ("-date:*", "d"), ("-date:2023", "bcd"),
        ("after:2024", "bc"), ("after:yesterday", "bc"), ("before:2024", "a"), ("before:today", "ab"),
        ("camera:nikon", "a"), ("camera:*z?6", "a"), ("-camera:*", "bcd"), ("lens:50mm", "a"), ("-lens:50mm", "bcd"),
        ("iso:>=800", "a"), ("iso:<800", "b"), ("iso:100", "b"), ("iso:100..800", "ab"), ("iso:*", "ab"),
        ("-iso:*", "cd"),
        ("width:1920", "a"), ("width:>600", "ad"), ("width:>=600", "abd"), ("width:500..600px", "bc"),
        ("height:<=800", "bc"),
        ("width:..600", "bc"), ("width:2000..", "d"),
        ("size:>2mp", "ad"), ("size:2mp", "a"), ("size:12mp", "d"), ("size:<500kb", "cd"), ("size:500kb", "a"),
        ("size:2.4mb", "b"), ("size:20", "c"), ("size:21", ""), ("size:1mb..3mb", "b"), ("size:..1mb", "acd"),
        ("size:600x800", "b"), ("size:>=600x600", "abd"), ("size:>999999999gb", ""),
        ("orient:landscape", "ad"), ("orient:portrait", "b"), ("orient:Square", "c"),
        ("color:red", "a"), ("color:gray", "b"), ("colour:blue", ""),
        ("color:#c03020", "a"), ("color:#c43626~", "a"), ("color:#D44A30~", "a"), ("color:#d44a30", ""),
        ("color:#20c040~", ""), ("color:#888~", "b"), ("-color:#888~", "acd"),
        ("mono:yes", "b"), ("mono:no", "ac"), ("-mono:no", "bd"), ("dark:yes", "c"), ("dark:no", "ab"),
        ("bright:yes", "b"), ("brightness:>=45", "ab"), ("brightness:..45%", "ac"), ("brightness:20", "c"),
        ("sharp:yes", "a"), ("sharp:no", "b"), ("sharpness:>20", "a"), ("sharpness:0..100", "ab"),
        ("aspect:16:9", "a"), ("aspect:9:16", ""), ("aspect:4:3", "d"), ("aspect:1.33:1", "d"), ("aspect:3/4", "b"),
        ("aspect:landscape", "ad"), ("aspect:portrait", "b"), ("aspect:square", "c"), ("aspect:panorama", ""),
        ("rating:2", "a"), ("rating:>=3", "bc"), ("rating:>2", "bc"), ("rating:0", "d"), ("rating:<3", "ad"),
        ("rating:*", "abc"), ("-rating:*", "d"), ("rating:..2", "ad"), ("rating:1..3", "ac"), ("rating:5", ""),
        ("fav:yes", "b"), ("fav:NO", "acd"), ("-fav:no", "b"),
        ("copy:yes", "c"), ("copy:no", "abd"), ("-copy:yes", "abd"),
        ("prompt:castle", "a"), ('prompt:"a castle"', "a"), ("prompt:cast", ""), ("prompt:*cast*", "a"),
        ("negative:blurry", "a"), ("negative:castle", ""), ("caption:cafe", "b"), ("caption:*", "b"), ("ocr:exit", "b"),
        ("caption:**harbour", "b"), ("model:dreamshaper", "b"), ("seed:123456???", "a"), ("seed:123456", ""),
        ("seed:18446744073709551615", "b"), ("seed:18446744073709551614", ""), ("seed:*", "ab"), ("model:*", "b"),
        ("-model:*", "acd"), ("lora:ink", "a"), ("lora:grain", "a"), ("lora:*", "a"), ("lora:i?k*", "a"),
        ("lora:shaper", ""), ("sampler:DPMPP", "b"), ("sampler:euler", ""),
        ("source:user", "ab"), ("source:model", "d"), ("source:xmp", "abc"), ("source:auto", "c"),
        ("source:xattr", "b"),
        ("tag:pets (fav:yes OR iso:800)", "ab"), ("tag:pets -fav:yes", "a"),
    ],
)  # fmt: skip
def test_a_field_has_these_pictures_however_many_are_asked(shelf: Shelf, query: str, letters: str) -> None:
    assert found(shelf, query) == letters
    assert found(shelf, query, [1, 2, 3, 4]) == letters
    for image, letter in enumerate("abcd", start=1):
        assert found(shelf, query, [image]) == letter * (letter in letters)


def test_names_that_nothing_bears_are_told(shelf: Shelf) -> None:
    with shelf.catalog.read() as sql:
        notes = unknown_tags(sql, parse("tag:cats -tag:pets (album:x OR auto:y)").root)
    assert notes == ("there is no tag “cats”", "there is no album “x”", "the model has tagged nothing “y”")


@pytest.mark.parametrize("pattern", ["*a" * 250, "[a" * 250, "*?" * 250, "[[" * 250, "[!]" * 166, "[a--b]&&||~~*"])
def test_no_pattern_takes_long(shelf: Shelf, pattern: str) -> None:
    began = perf_counter()
    for field in ("name", "path", "camera", "tag", "album", "ocr", "seed"):
        found(shelf, f'{field}:"{pattern}"')
    assert perf_counter() - began < 2


def test_given_pictures_are_looked_up_where_they_are_fewer_than_the_tagged(shelf: Shelf) -> None:
    root: Node | None = And((parse("tag:pets").root, parse("color:red").root))  # type: ignore[arg-type]
    assert root is not None
    with shelf.catalog.read() as sql:
        assert "EXISTS" in condition(sql, root, among=1).sql
        assert "EXISTS" not in condition(sql, root).sql
