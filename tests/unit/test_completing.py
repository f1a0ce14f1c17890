"""What is proposed for a query that is being typed."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from support.shelf import Shelf
from vaultd.catalog import history
from vaultd.catalog.saved import SavedSearch
from vaultd.config import load
from vaultd.handlers.complete import complete
from vaultd.handlers.vault import Vault
from vaultd.query.fields import FIELDS
from vaultd.search.completing import ABOUT, Earlier, completions
from vaultd.search.known import Known, named
from vaultipc.errors import QueryError
from vaultipc.messages import CompleteParams, Completion

MAY_2023 = 1_683_000_000_000
NOTHING = Earlier([], [])


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    made = Shelf(tmp_path)
    made.image("a.jpg", tags=["pets/dogs", "Été"], camera="NIKON D750", taken_at=MAY_2023, auto=["dog"])
    made.image("b.jpg", tags=["pets/dogs", "pets"], camera="NIKON D750", taken_at=MAY_2023, type_="image/png")
    made.image("c.jpg", tags=["pets/golden retriever", "pens"], auto=["dog", "ball"])
    yield made
    made.close()


def proposed(shelf: Shelf, text: str, earlier: Earlier = NOTHING, limit: int = 20) -> tuple[int, list[Completion]]:
    known = Known()
    known.refresh(shelf.catalog)
    with shelf.catalog.read() as sql:
        return completions(sql, known, earlier, text, limit)


def ends(shelf: Shelf, text: str, earlier: Earlier = NOTHING) -> list[tuple[str, int | None]]:
    """The queries that the proposals make of the text, with their counts."""
    start, found = proposed(shelf, text, earlier)
    return [(text[:start] + one.text, one.count) for one in found]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("tag:pe", [("tag:pets", 3), ("tag:pets/dogs", 2), ("tag:pens", 1), ('tag:"pets/golden retriever"', 1)]),
        ("tag:PETS/d", [("tag:pets/dogs", 2)]),
        ("tag:do", [("tag:pets/dogs", 2)]),
        ("tag:ete", [("tag:Été", 1)]),
        ("tag:=ét", [("tag:=Été", 1)]),
        ('tag:"golden r', [('tag:"pets/golden retriever"', 1)]),
        ("-tag:retr", [('-tag:"pets/golden retriever"', 1)]),
        ("beach (-tag:pen", [("beach (-tag:pens", 1)]),
        ("auto:d", [("auto:dog", 2)]),
        ("auto:word", [("auto:words", 2)]),
        ("camera:nik", [('camera:"NIKON D750"', 2)]),
        ("camera:d7", [('camera:"NIKON D750"', 2)]),
        ("type:", [("type:jpeg", 2), ("type:png", 1)]),
        ("date:>=20", [("date:>=2023", 2)]),
        ("date:2023", [("date:2023", 2), ("date:2023-05", 2)]),
        ("date:2022..20", [("date:2022..2023", 2)]),
        ("date:yes", [("date:yesterday", None)]),
        ("before:su", [("before:summer-2023", None)]),
        ("sort:-d", [("sort:-date", None)]),
        ("color:p", [("color:pink", None), ("color:purple", None)]),
        ("colour:pi", [("colour:pink", None)]),
        ("2:l", [("2:like:", None)]),
        ("2:pen", []),
        ("nothing:a", []),
        ("name:a", []),
    ],
)
def test_a_query_goes_on_so(shelf: Shelf, text: str, wanted: list[tuple[str, int | None]]) -> None:
    assert ends(shelf, text) == wanted


def test_a_word_may_become_a_field_or_a_tag(shelf: Shelf) -> None:
    assert ends(shelf, "ca")[:2] == [("camera:", None), ("caption:", None)]
    assert ("red tag:pets", 3) in ends(shelf, "red pe")
    assert ends(shelf, '"gol')[0] == ('tag:"pets/golden retriever"', 1)


def test_every_field_has_a_word_on_what_it_takes(shelf: Shelf) -> None:
    assert list(ABOUT) == list(FIELDS)
    start, found = proposed(shelf, "", limit=100)
    assert start == 0
    assert {one.text for one in found} == {f"{field}:" for field in FIELDS}
    assert all(one.about for one in found)


def test_earlier_queries_that_begin_so_come_first(shelf: Shelf) -> None:
    earlier = Earlier(["pets at home", "Beach", "red pens"], [SavedSearch(1, "petting", "zoo animals", "default")])
    found = ends(shelf, "pe", earlier)
    assert found[:2] == [("pets at home", None), ("zoo animals", None)]
    assert ("red pens", None) in ends(shelf, "red p", earlier)
    nothing_more = Earlier(["pet"], [SavedSearch(1, "petting", "", "default")])
    assert {one.kind for one in proposed(shelf, "pet", nothing_more)[1]} == {"tag"}
    assert "history" not in [one.kind for one in proposed(shelf, "a pe", earlier)[1]]


def test_a_picture_counts_once_however_many_say_so(shelf: Shelf) -> None:
    shelf.tag(1, "pens", "xmp")
    shelf.tag(3, "pens", "xmp")
    assert ends(shelf, "tag:pens") == [("tag:pens", 2)]


def test_private_pictures_count_only_where_they_are_asked_for(shelf: Shelf) -> None:
    with shelf.catalog.write() as tx:
        tx.sql.execute("UPDATE files SET private = 1 WHERE image IN (2, 3)")
        tx.changed("image", 2)
    assert ends(shelf, "tag:pets/") == [("tag:pets/dogs", 1), ('tag:"pets/golden retriever"', 0)]
    assert ends(shelf, "private:yes tag:pets/") == [
        ("private:yes tag:pets/dogs", 2),
        ('private:yes tag:"pets/golden retriever"', 1),
    ]
    assert ends(shelf, "camera:")[:1] == [('camera:"NIKON D750"', 1)]
    assert ends(shelf, "auto:d") == [("auto:dog", 1)]
    assert ends(shelf, "auto:b") == []
    assert ends(shelf, "private:* auto:b") == [("private:* auto:ball", 1)]
    assert ("date:2023", 1) in ends(shelf, "date:2023")
    assert "type:png" not in dict(ends(shelf, "type:p"))


def test_what_costs_to_count_is_counted_seldom(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    def newest() -> list[str]:
        known.refresh(shelf.catalog)
        with shelf.catalog.read() as sql:
            return [one.text for one in completions(sql, known, NOTHING, "tag:newe", 5)[1]]

    known = Known()
    assert newest() == []
    shelf.tag(1, "newest")
    monkeypatch.setattr("vaultd.search.known.SELDOM", 1e9)
    assert newest() == []
    monkeypatch.setattr("vaultd.search.known.SELDOM", 0)
    assert newest() == ["newest"]


@pytest.mark.parametrize("text", ["tag:", "tag:t9", "t", '"', "((((", "-", "a" * 9000, "2:" * 4000, "tag:" * 2000])
def test_a_hundred_thousand_tags_are_looked_through_at_once(shelf: Shelf, text: str) -> None:
    known = Known({"tag": tuple(named(f"trip {i % 100}/t{i}", i) for i in range(100_000))})
    began = time.monotonic()
    with shelf.catalog.read() as sql:
        _, found = completions(sql, known, NOTHING, text, 20)
    assert time.monotonic() - began < 1.5
    assert len(found) <= 20


@pytest.fixture
def vault(shelf: Shelf, tmp_path: Path) -> Vault:
    absent = cast(Any, None)
    config = load(None, {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)})
    return Vault(shelf.catalog, config, absent, absent, absent, absent, absent, tmp_path / "socket")


async def texts(vault: Vault, text: str) -> list[str]:
    return [one.text for one in (await complete(vault, CompleteParams(text=text))).completions]


async def test_recent_queries_are_proposed_unless_none_shall_be_remembered(vault: Vault) -> None:
    with vault.catalog.write() as tx:
        history.remember(tx, "pets at home")
    assert (await texts(vault, "pets"))[0] == "pets at home"
    private = msgspec.structs.replace(vault.config.privacy, remember_queries=False)
    vault.config = msgspec.structs.replace(vault.config, privacy=private)
    assert "pets at home" not in await texts(vault, "pets")


async def test_whoever_types_does_not_wait_for_counts(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = threading.Event()
    monkeypatch.setattr("vaultd.handlers.complete.PATIENCE_S", 0.01)
    monkeypatch.setattr(vault.known, "refresh", lambda catalog: counted.wait(5))
    began = time.monotonic()
    assert await texts(vault, "rat") == ["rating:"]
    assert time.monotonic() - began < 4
    counted.set()


async def test_a_query_too_long_to_be_asked_is_not_completed(vault: Vault) -> None:
    with pytest.raises(QueryError, match="longer"):
        await complete(vault, CompleteParams(text="é" * 6000))
