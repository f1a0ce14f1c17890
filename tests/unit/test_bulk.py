"""What is written in bulk is what reading one file after the other would have left."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from support.shelf import ROOT, Shelf, towards
from vaultd.catalog import bulk, changes, files, roots
from vaultd.catalog.bulk import Found
from vaultd.domain.attached import NOTHING
from vaultd.domain.content import Content, Keywords, Words
from vaultd.domain.facts import Facts
from vaultd.domain.looks import Looks
from vaultd.ingest import record
from vaultd.ingest.record import Reading

MOMENTS = ("added_at", "created_at", "seen_at")
TABLES = ("images", "files", "tags", "image_tags", "texts", "embeddings", "looks", "colours")


def _found(number: int) -> Found:
    looks = Looks(phash=-number, dhash=number, contrast=12.5, tint=bytes(32), colours={"red": 40, "blue": number + 1},
                  palette=bytes(4), sharpness=number, brightness=50, colourfulness=60)  # fmt: skip
    content = Content(
        hash=number.to_bytes(32, "big"), size=10, type="image/png", width=3, height=2, taken_at=number or None,
        camera=f"camera {number}", keywords=[Keywords("xmp", ["sea", "AC/DC", ""]), Keywords("iptc", ["sea"])],
        texts=[Words("title", "xmp", f"title {number}")], lens="f/1.8" if number else None, iso=100, looks=looks,
    )  # fmt: skip
    facts = Facts(inode=number + 1, mtime_ns=5, ctime_ns=6, size=10, blocks=8, mode=0o100644, uid=1, gid=2)
    return Found(content, ROOT + f"/folder/picture {number}.png".encode(), facts)


def _rows(sql: sqlite3.Connection, table: str) -> list[dict[str, Any]]:
    cursor = sql.execute(f"SELECT * FROM {table}")
    names = [column[0] for column in cursor.description]
    rows = [dict(zip(names, row, strict=True)) for row in cursor]
    return sorted(({k: v for k, v in row.items() if k not in MOMENTS} for row in rows), key=repr)


def test_bulk_writes_the_rows_that_ingest_writes(tmp_path: Path) -> None:
    one_by_one, at_once = Shelf(tmp_path / "a"), Shelf(tmp_path / "b")
    found, vectors = [_found(number) for number in range(4)], np.stack([towards(str(n)) for n in range(4)])
    with one_by_one.catalog.write() as tx:
        for one, vector in zip(found, vectors, strict=True):
            file = files.by_id(tx.sql, files.insert(tx, 1, 1, one.path, one.facts))
            assert file is not None
            record.fresh(tx, file, Reading(one.facts, NOTHING, one.content), vector, one_by_one.model)
    with at_once.catalog.write() as tx:
        (root,) = roots.watched(tx.sql)
        bulk.load(tx, root, found[:3], at_once.model, vectors[:3])
        bulk.load(tx, root, found[3:], at_once.model, vectors[3:])
    with one_by_one.catalog.read() as expected, at_once.catalog.read() as written:
        for table in TABLES:
            assert _rows(written, table) == _rows(expected, table), table
    one_by_one.close()
    at_once.close()


def test_the_indexes_are_made_anew_after_it(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    with shelf.catalog.write() as tx:
        changes.follow(tx, "text", 1)
        bulk.load(tx, roots.watched(tx.sql)[0], [_found(1)], shelf.model, towards("a")[None])
        assert not changes.join(tx, "text")
    shelf.close()


def test_a_known_content_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)

    def twice() -> None:
        with shelf.catalog.write() as tx:
            bulk.load(
                tx,
                roots.watched(tx.sql)[0],
                [_found(1), _found(1)],
                shelf.model,
                np.stack([towards("a"), towards("b")]),
            )

    with pytest.raises(sqlite3.IntegrityError):
        twice()
    with shelf.catalog.read() as sql:
        assert sql.execute("SELECT count(*) FROM images").fetchone() == (0,)
    shelf.close()
