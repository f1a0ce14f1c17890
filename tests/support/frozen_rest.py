"""What a frozen catalog of today's schema holds beside the story that all schemas tell: a row in every other table.

A table that a schema brings gets its row here, before that schema is frozen; `contract/test_upgrades` asks for it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import Protocol

from vaultd.catalog.actions import TABLES
from vaultd.catalog.check_actions import SAID_BY_USERS

LAID_DOWN = 1_700_000_000_000


class Putting(Protocol):
    def __call__(self, table: str, **values: object) -> None: ...


def tell_the_rest(put: Putting, sql: sqlite3.Connection) -> None:
    _by_rules_and_subscriptions(put)
    _of_pictures(put)
    _of_files(put)
    record(put, sql)


def _by_rules_and_subscriptions(put: Putting) -> None:
    put("rules", id=1, query="boat", level="strict", tag=1, created_at=LAID_DOWN)
    put("ruled", rule=1, image=2)
    put("rules_asked", rule=1)
    put("image_tags", image=2, tag=1, source="rule", state="active", added_at=LAID_DOWN)
    put("subscriptions", id=1, url="https://example.org/feed", site="example.org", provider="feed", every_s=3600,
        most=10, folder="/nowhere/fetched", tag=2, paused=1, created_at=LAID_DOWN)  # fmt: skip
    put("fetches", id=1, subscription=1, site="example.org", began_at=LAID_DOWN, ended_at=LAID_DOWN, outcome="failed",
        fetched=1, failed=1, problem="it was away", retry_at=LAID_DOWN)  # fmt: skip
    put("fetch_failures", run=1, position=0, item="b", kind="status", reason="404")
    put("fetched", subscription=1, item="a", hash=bytes([3]) * 32, told="{}", tag=2, fetched_at=LAID_DOWN)


def _of_pictures(put: Putting) -> None:
    put("details", image=1, source="exif", told="{}")
    put("looks", image=1, version=1, phash=1, dhash=2, contrast=30.0, tint=bytes(32), placeholder=bytes(36))
    put("colours", image=1, colour="blue", share=60)
    put("told_by", teller="ocr:frozen", image=1, version="1", outcome="nothing")
    put("generations", image=3, source="generator", generator="", model="m", seed="7", sampler="", scheduler="")
    put("loras", image=3, source="generator", position=0, name="small", weight=0.5)
    put("generation_texts", image=3, raw=b"raw", workflow=b"", workflow_size=0)
    put("copies", image=3, best=1, marked_at=LAID_DOWN)
    put("holdings", id=1, image=2, path=b"/nowhere/held/2.jpg", name=b"2.jpg", held_at=LAID_DOWN)
    put("saved_followed", saved=1, asked="default boat", answered_by="frozen", since=LAID_DOWN)
    put("saved_members", saved=1, image=1, entered_at=LAID_DOWN, left_at=LAID_DOWN + 1)


def _of_files(put: Putting) -> None:
    """What was done to files, or came of them; the fourth is no picture."""
    put("files", id=4, volume=1, root=1, path=b"pictures/4.jpg", inode=4, mtime_ns=1, ctime_ns=1, size=10, blocks=2,
        mode=0o100644, uid=0, gid=0, state="present", seen_at=LAID_DOWN)  # fmt: skip
    put("failures", file=4, kind="not-an-image", reason="text", attempts=1, size=10, mtime_ns=1, failed_at=LAID_DOWN)
    put("sidecars", id=1, volume=1, path=b"pictures/1.jpg.xmp", subject=b"pictures/1.jpg", inode=5, mtime_ns=1,
        ctime_ns=1, size=100, said="{}", problem="")  # fmt: skip
    for table in ("written_back", "written_sidecars", "written_files"):
        put(table, file=1, wish='{"tags":["holiday"]}', traces='{"added":["holiday"]}')
    put("trashed", id=1, image=9, place="/nowhere/9.jpg", held="9.jpg", note="9.jpg.trashinfo", trashed_at=LAID_DOWN)
    put("rewritten", id=1, image=1, file=1, place="/nowhere/pictures/1.jpg", record="frozen", hash_before="00" * 32,
        hash_after="01" * 32, mtime_before=1, traces_before="{}", written_at=LAID_DOWN)  # fmt: skip


def record(put: Putting, sql: sqlite3.Connection) -> None:
    """One more action, by which everything was said that the story's own do not tell of."""
    there = {name for (name,) in sql.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    told = {tuple(row) for row in sql.execute("SELECT table_name, row_key FROM action_rows")}
    said = [row for table in TABLES if table in there for row in _said(sql, table) if row[:2] not in told]
    if said:
        put("actions", id=3, kind="import", summary="take in", origin="test", started_at=LAID_DOWN, last_at=LAID_DOWN)
    for position, (table, key, after) in enumerate(said):
        put("action_rows", action=3, position=position, table_name=table, row_key=key, after=after)


def _said(sql: sqlite3.Connection, table: str) -> Iterator[tuple[str, str, str]]:
    """The user's rows of a table: its name, and key and row as actions record them."""
    cursor = sql.execute(f"SELECT * FROM {table} WHERE {SAID_BY_USERS.get(table, 'true')}")
    names = [column[0] for column in cursor.description]
    for values in cursor:
        row = dict(zip(names, values, strict=True))
        yield table, _encoded({name: row[name] for name in TABLES[table].key}), _encoded(row)


def _encoded(row: dict[str, object]) -> str:
    return json.dumps(row, separators=(",", ":"), ensure_ascii=False)
