"""The catalog's own check: a healthy one passes, and each kind of damage is found and named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from support.catalog_rows import image, opened
from vaultd.catalog import actions, check, images, tags
from vaultd.catalog.store import Catalog
from vaultipc.messages import Check


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """Two pictures, a tag, an action and a vector."""
    with opened(tmp_path) as catalog:
        with catalog.write() as tx:
            first = image(tx, "1.jpg")
            image(tx, "2.jpg")
            tx.sql.execute("INSERT INTO models (name, revision, dimension, active) VALUES ('m', '1', 4, 1)")
            tx.sql.execute("INSERT INTO embeddings VALUES (?, 1, ?)", (first, vector(0.5, 0.5, 0.5, 0.5)))
            with actions.recorded(tx, "tag", "tag", "test") as action:
                tags.apply(action, tags.create(action, "a/b"), [first])
        yield catalog


def vector(*values: float) -> bytes:
    return np.array(values, "<f2").tobytes()


def found(catalog: Catalog, *, deep: bool = False) -> list[Check]:
    """The checks that do not pass."""
    with catalog.read() as sql:
        return [item for item in check.check(sql, deep) if item.state != "ok"]


def test_a_healthy_catalog_passes_every_check(catalog: Catalog) -> None:
    assert found(catalog, deep=True) == []


@pytest.mark.parametrize(
    ("damage", "name", "said"),
    [
        ("UPDATE tags SET parent = 2 WHERE id = 1", "tag forest", "(b, a)"),
        ("UPDATE embeddings SET vector = x'0000'", "vectors", "(image 1)"),
        (
            "INSERT INTO failures SELECT id, 'crash', '', 1, 0, 0, 0 FROM files WHERE image = 1;"
            " UPDATE files SET state = 'missing'",
            "failures",
            "(file 1)",
        ),
        ("UPDATE images SET successor_of = 1 WHERE id = 1", "successions", "(image 1)"),
        ("UPDATE action_rows SET after = '{' WHERE position = 0", "actions", "(action 1)"),
        ("INSERT INTO followers VALUES ('text', 999, 0)", "change log", "(text)"),
        ("INSERT INTO holdings (image, path, name, held_at) VALUES (1, x'2F6E6F', x'', 0)", "held bytes", "(/no)"),
        ("PRAGMA foreign_keys = OFF; DELETE FROM images WHERE id = 1", "references", "row 1 of files"),
    ],
)
def test_damage_is_found_and_named(catalog: Catalog, damage: str, name: str, said: str) -> None:
    with catalog.write() as tx:
        connection = tx.sql
    connection.executescript(damage)
    (broken,) = [item for item in found(catalog) if item.name == name]
    assert said in broken.message
    assert broken.state == ("warn" if name == "held bytes" else "fail")


def test_a_picture_whose_edit_was_taken_back_is_as_it_should_be(catalog: Catalog) -> None:
    with catalog.write() as tx:
        images.inherit(tx, 2, 1)
        images.inherit(tx, 1, 2)
    assert found(catalog, deep=True) == []


@pytest.mark.parametrize("bent", [vector(1, 1, 1, 1), vector(np.nan, 0, 0, 0), vector(0, 0, 0, 0), b"\0" * 7])
def test_a_vector_whose_length_is_not_one_is_found_by_the_deep_check(catalog: Catalog, bent: bytes) -> None:
    with catalog.write() as tx:
        tx.sql.execute("UPDATE embeddings SET vector = ?", (bent,))
    assert [item.name for item in found(catalog, deep=True) if item.name != "vectors"] == ["vector lengths"]


def test_only_the_first_few_of_many_are_named(catalog: Catalog) -> None:
    with catalog.write() as tx:
        tx.sql.executemany("INSERT INTO followers VALUES (?, 999, 0)", [(f"f{number}",) for number in range(5)])
    assert found(catalog)[0].message.endswith("(f0, f1, f2 and 2 more)")
