"""Catalogs of every schema there ever was, as text: `tests/frozen/schema-N.sql`, never edited once they are there.

    python -m support.frozen          writes that of today's schema, if there is none yet

Each holds the same small story, told in the columns that all schemas have: three pictures, what a person said of them,
and the actions that say so. From schema 18 on there is a row in every other table, too (`frozen_rest`).
"""

from __future__ import annotations

import json
import sqlite3
import sys
from contextlib import closing
from importlib import resources
from pathlib import Path

import numpy as np

from support.frozen_rest import LAID_DOWN, record, tell_the_rest
from vaultd.catalog.store import SCHEMA_VERSION

FOLDER = Path(__file__).parents[1] / "frozen"
DIMENSION = 8
IMAGES = (1, 2, 3)
NOT_TOLD = frozenset({"meta", "changes", "followers"})
"""Tables of the catalog itself, by which indexes follow it. The rows of all others come through every migration."""

SAID = ("tags", "image_tags", "texts", "albums", "album_images", "favourites", "ratings", "saved", "feedback",
        "history", "actions", "action_rows", "images", "files", "roots", "embeddings", "rules", "ruled",
        "subscriptions", "fetches", "fetch_failures", "fetched", "copies", "trashed", "rewritten")  # fmt: skip
"""Tables that a daemon leaves alone, too, that runs on the catalog and finds none of its files."""

NEVER_LANDED = frozenset({3})
"""Schemas that came together with the next one: no program ever wrote them."""


def versions() -> list[int]:
    """Every schema that a catalog out there may have."""
    return [version for version in range(1, SCHEMA_VERSION + 1) if version not in NEVER_LANDED]


def file_of(version: int) -> Path:
    return FOLDER / f"schema-{version}.sql"


def restore(version: int, catalog: Path) -> None:
    """Makes the catalog of that version at `catalog`, as its daemon would have left it."""
    catalog.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with closing(sqlite3.connect(catalog, isolation_level=None)) as sql:
        sql.executescript(file_of(version).read_text())
        record(_Putting(sql), sql)  # the older ones tell of two tags only, as no daemon would
        sql.execute("PRAGMA journal_mode = WAL")
    catalog.chmod(0o600)


def freeze(version: int, schema: str) -> str:
    """The text of a catalog of this schema, today's, that holds the story and a row in every other table."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as sql:
        sql.executescript(schema)
        put = _Putting(sql)
        _tell(put)
        tell_the_rest(put, sql)
        return "\n".join([*sql.iterdump(), f"PRAGMA user_version = {version};", ""])


def story(sql: sqlite3.Connection, columns: dict[str, list[str]]) -> dict[str, list[tuple[object, ...]]]:
    """The rows of these tables, in the given columns, sorted."""
    return {
        table: sorted(sql.execute(f"SELECT {', '.join(names)} FROM {table}"), key=repr)
        for table, names in columns.items()
    }


def columns(sql: sqlite3.Connection) -> dict[str, list[str]]:
    """The columns of every table whose rows must come through a migration."""
    tables = {name for (name,) in sql.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    told = sorted(table for table in tables - NOT_TOLD if not table.startswith("sqlite_"))
    named = {table: [row[1] for row in sql.execute(f"PRAGMA table_info({table})")] for table in told}
    named["files"].remove("ctime_ns")  # forgotten on purpose by one of the steps, to have every file looked at again
    return named


def _tell(put: _Putting) -> None:
    put("meta", key="generation", value="0" * 32)
    put("meta", key="library", value="1" * 32)
    put("volumes", id=1, kind="local", fs_uuid="frozen", mount_point=b"/nowhere")
    put("roots", id=1, volume=1, path=b"pictures", position=0, added_at=LAID_DOWN)
    put("models", id=1, name="frozen", revision="1", dimension=DIMENSION, active=1)
    for image in IMAGES:
        _picture(put, image)
    put("tags", id=1, name="holiday", created_at=LAID_DOWN)
    put("tags", id=2, parent=1, name="sea", created_at=LAID_DOWN)
    for image, tag in ((1, 1), (2, 2)):
        put("image_tags", image=image, tag=tag, source="user", state="active", added_at=LAID_DOWN)
    put("image_tags", image=3, tag=1, source="xmp", state="rejected", added_at=LAID_DOWN)
    put("texts", image=1, kind="title", source="user", text="The harbour")
    put("albums", id=1, name="best", created_at=LAID_DOWN)
    put("album_images", album=1, image=2, position=10)
    put("favourites", image=2, added_at=LAID_DOWN)
    put("ratings", image=1, source="user", rating=4)
    put("saved", id=1, name="boats", query="boat", level="default", created_at=LAID_DOWN)
    put("feedback", query="boat", image=3, verdict="hide", added_at=LAID_DOWN)
    put("history", id=1, query="boat", opened_at=LAID_DOWN)
    for number in (1, 2):
        _action(put, number)


def _picture(put: _Putting, image: int) -> None:
    put("images", id=image, hash=bytes([image]) * 32, type="image/jpeg", size=1000, width=40, height=30,
        added_at=LAID_DOWN, metadata_version=1)  # fmt: skip
    put("files", id=image, volume=1, root=1, path=b"pictures/%d.jpg" % image, inode=image, mtime_ns=1, ctime_ns=1,
        size=1000, blocks=2, mode=0o100644, uid=0, gid=0, state="present", image=image, seen_at=LAID_DOWN)  # fmt: skip
    vector = np.zeros(DIMENSION, "<f2")
    vector[image] = 1
    put("embeddings", image=image, model=1, vector=vector.tobytes())
    put("changes", entity="image", entity_id=image, op="upsert")


def _action(put: _Putting, number: int) -> None:
    """The tag of one picture, as it was recorded."""
    key = {"image": number, "tag": number, "source": "user"}
    after = {**key, "state": "active", "score": None, "added_at": LAID_DOWN}
    put("actions", id=number, kind="tag", summary="tag with holiday", origin="test", started_at=LAID_DOWN,
        last_at=LAID_DOWN)  # fmt: skip
    row_key, row = (json.dumps(value, separators=(",", ":")) for value in (key, after))
    put("action_rows", action=number, position=0, table_name="image_tags", row_key=row_key, after=row)


class _Putting:
    """`put(table, column=value, …)`."""

    def __init__(self, sql: sqlite3.Connection) -> None:
        self._sql = sql

    def __call__(self, table: str, **values: object) -> None:
        places = ", ".join("?" * len(values))
        self._sql.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({places})", tuple(values.values()))


def main() -> int:
    target = file_of(SCHEMA_VERSION)
    if target.exists():
        print(f"{target} is there already, and is never written again", file=sys.stderr)
        return 1
    target.write_text(freeze(SCHEMA_VERSION, resources.files("vaultd.catalog").joinpath("schema.sql").read_text()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
