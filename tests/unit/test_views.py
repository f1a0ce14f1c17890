"""Sets of images by a fact about them: facets, favourites, volumes that are away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.shelf import Shelf
from vaultd.catalog import dividing, facets, generations, lookup, views, volumes
from vaultd.catalog.volumes import Identity
from vaultd.domain.generation import Generation, Lora
from vaultd.domain.moments import milliseconds
from vaultipc.messages import ImageState

OFFLINE: frozenset[ImageState] = frozenset({"offline"})


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    made = Shelf(tmp_path)
    yield made
    made.close()


def _write(shelf: Shelf, statement: str, *values: object) -> None:
    with shelf.catalog.write() as tx:
        tx.sql.execute(statement, values)


def _values(shelf: Shelf, facet: str) -> list[tuple[str, int]]:
    with shelf.catalog.read() as sql:
        counted = facets.counts(sql, facet)
        assert facets.values(sql, facet) == [value for value, _ in counted]
        return counted


def _images(shelf: Shelf, facet: str, value: str) -> list[int]:
    with shelf.catalog.read() as sql:
        return facets.of_value(sql, facet, value, 10)


def test_only_values_that_can_be_opened_are_told(shelf: Shelf) -> None:
    early = shelf.image("a.jpg", camera="Canon EOS 5D", taken_at=1)
    late = shelf.image("b.jpg", camera="Canon EOS 5D", taken_at=2)
    shelf.image("c.jpg", camera=None)
    shelf.lose(shelf.image("d.jpg", camera="Nikon"))
    shelf.lose(shelf.image("e.jpg", camera="Canon EOS 5D", taken_at=3))
    assert _values(shelf, "camera") == [("Canon EOS 5D", 2)]
    assert _images(shelf, "camera", "Canon EOS 5D") == [late, early]
    assert _images(shelf, "camera", "Canon") == []


def test_a_type_is_called_by_its_short_name(shelf: Shelf) -> None:
    picture = shelf.image("a.png", type_="image/png")
    assert _values(shelf, "type") == [("png", 1)]
    assert _images(shelf, "type", "png") == [picture]


def test_the_users_rating_comes_before_that_of_the_file(shelf: Shelf) -> None:
    rated, told = shelf.image("a.jpg"), shelf.image("b.jpg")
    for image, source, stars in ((rated, "user", 5), (rated, "xmp", 2), (told, "xmp", 3)):
        _write(shelf, "INSERT INTO ratings VALUES (?, ?, ?)", image, source, stars)
    assert _values(shelf, "rating") == [("3", 1), ("5", 1)]
    assert _images(shelf, "rating", "5") == [rated]
    assert _images(shelf, "rating", "2") == []


def test_a_colour_counts_from_the_share_that_a_search_asks_for(shelf: Shelf) -> None:
    red, hardly = shelf.image("a.jpg"), shelf.image("b.jpg")
    _write(shelf, "INSERT INTO colours VALUES (?, 'red', 12), (?, 'red', 11), (?, 'blue', 60)", red, hardly, hardly)
    assert _values(shelf, "color") == [("blue", 1), ("red", 1)]
    assert _images(shelf, "color", "red") == [red]


def test_a_model_is_the_generators(shelf: Shelf) -> None:
    said = Generation(generator="A1111", model="sdxl/base 1.0", loras=(Lora("ink"), Lora("grain", 0.5)))
    made = shelf.image("a.png", generation=said)
    shelf.image("b.png", generation=Generation(generator="A1111", prompt="a cat"))
    with shelf.catalog.write() as tx:
        generations.replace(tx, made, "sidecar", said)
    assert _values(shelf, "model") == [("sdxl/base 1.0", 1)]
    assert _images(shelf, "model", "sdxl/base 1.0") == [made]
    assert _values(shelf, "lora") == [("grain", 1), ("ink", 1)]
    assert _images(shelf, "lora", "ink") == [made]


def test_favourites_come_with_the_last_made_one_first(shelf: Shelf) -> None:
    first, second = shelf.image("a.jpg"), shelf.image("b.jpg")
    _write(shelf, "INSERT INTO favourites VALUES (?, 2), (?, 1)", second, first)
    with shelf.catalog.read() as sql:
        assert views.favourites(sql, 10) == [second, first]


def test_what_is_on_a_volume_that_went_away_is_told_where_it_was(shelf: Shelf) -> None:
    with shelf.catalog.write() as tx:
        volume = volumes.ensure(tx, Identity("local", "uuid", None), b"/media/me/Stick")
        tx.sql.execute("INSERT INTO roots (volume, path, position, added_at) VALUES (?, ?, 1, 0)", (volume.id, b"pics"))
    only, copied = shelf.image("x.jpg"), shelf.image("y.jpg")
    shelf.lose(only)
    for image in (only, copied):
        shelf.file(image, f"{image}.jpg", volume=volume.id, root=2)
    with shelf.catalog.write() as tx:
        volumes.place(tx, volume.id, None)
    with shelf.catalog.read() as sql:
        assert views.away(sql) == [(volume.id, b"Stick", 1)]
        assert views.offline(sql, volume.id, 10) == views.offline(sql, None, 10) == [only]
        assert views.offline(sql, 1, 10) == []
        (hit,) = lookup.hits(sql, [only], states=OFFLINE, prefer=volumes.within(sql, volume.id))
    assert hit.path == f"/media/me/Stick/pics/{only}.jpg"


def test_a_file_is_shown_where_the_volume_asked_for_was(shelf: Shelf) -> None:
    image = shelf.image("x.jpg")
    shelf.lose(image)
    for number, place in enumerate((b"/media/one", b"/media/two"), start=2):
        with shelf.catalog.write() as tx:
            volume = volumes.ensure(tx, Identity("local", f"uuid {number}", None), place)
            tx.sql.execute("INSERT INTO roots VALUES (?, ?, ?, ?, 0, NULL)", (number, volume.id, b"p", number))
        shelf.file(image, "x.jpg", volume=volume.id, root=number)
        with shelf.catalog.write() as tx:
            volumes.place(tx, volume.id, None)
    with shelf.catalog.read() as sql:
        shown = [lookup.hits(sql, [image], states=OFFLINE, prefer=volumes.within(sql, of))[0].path for of in (2, 3)]
    assert shown == ["/media/one/p/x.jpg", "/media/two/p/x.jpg"]


def test_an_answer_divides_by_the_values_that_occur_in_it(shelf: Shelf) -> None:
    first = shelf.image("1.jpg", camera="Nikon", taken_at=milliseconds(2023, 7))
    second = shelf.image("2.jpg", camera="Canon", taken_at=milliseconds(2024, 5), type_="image/png")
    third = shelf.image("3.jpg", camera="Nikon", taken_at=milliseconds(2024, 12))
    shelf.image("4.jpg", camera="Leica", taken_at=milliseconds(2025, 1))
    answer = [third, second, first]
    with shelf.catalog.read() as sql:
        assert dividing.values(sql, answer, "camera") == ["Canon", "Nikon"]
        assert dividing.values(sql, answer, "type") == ["jpeg", "png"]
        assert dividing.values(sql, answer, "rating") == []
        assert dividing.values(sql, answer, "date") == ["2023", "2024"]
        assert dividing.values(sql, answer, "date", "2024") == ["2024-05", "2024-12"]
        assert dividing.having(sql, answer, "camera", "Nikon") == [third, first]
        assert dividing.having(sql, answer, "date", "2024-05") == [second]
        assert dividing.having(sql, answer, "camera", "Leica") == []
