"""What is fetched from elsewhere, how often, and how that went.

Subscribing, pausing and removing are what a person does, so they are actions. Runs are what happened: they are noted,
and nothing takes them back.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Literal, NamedTuple

from vaultd.catalog import tags
from vaultd.catalog.actions import Action
from vaultd.catalog.store import Transaction, now_ms
from vaultipc.errors import Conflict, NotFound
from vaultipc.messages.fetch import FetchProvider

Provider = FetchProvider
Outcome = Literal["running", "done", "capped", "failed", "cut"]
KEPT_RUNS = 200
"""Of each subscription; older ones are forgotten."""
_COLUMNS = "id, url, site, provider, every_s, most, folder, tag, paused, created_at"


class Subscription(NamedTuple):
    """`url` has no user and no password. `site`: whose requests are counted together. `every_s`: seconds between the
    beginnings of two runs, 0 for none but those that are asked for. `most`: pictures of one run, 0 for as many as the
    configuration says. `folder`: absolute, percent-encoded, '' for the usual one. `tag`: an id."""

    id: int
    url: str
    site: str
    provider: Provider
    every_s: int
    most: int
    folder: str
    tag: int | None
    paused: int
    created_at: int


class Failure(NamedTuple):
    """Something that was not fetched. `item`: where it is; `kind`: a word; `reason`: a sentence."""

    item: str
    kind: str
    reason: str


class Run(NamedTuple):
    """One look at what a subscription has. Moments in milliseconds since 1970. `known`: items that were here already.

    `whole`: everything that there is was shown. `outcome`: capped, if more is left for another time; cut, if the daemon
    ended. `retry_at`: not before this, as the site wishes, or since it fails again and again; None for as usual.
    """

    id: int
    subscription: int
    site: str
    began_at: int
    ended_at: int | None
    outcome: Outcome
    whole: int
    fetched: int
    known: int
    failed: int
    bytes: int
    problem: str
    retry_at: int | None


def listing(sql: sqlite3.Connection) -> list[Subscription]:
    """All of them, the oldest first."""
    return [Subscription(*row) for row in sql.execute(f"SELECT {_COLUMNS} FROM subscriptions ORDER BY id")]


def find(sql: sqlite3.Connection, number: int) -> Subscription | None:
    """The subscription of that number."""
    row = sql.execute(f"SELECT {_COLUMNS} FROM subscriptions WHERE id = ?", (number,)).fetchone()
    return None if row is None else Subscription(*row)


def require(sql: sqlite3.Connection, number: int) -> Subscription:
    """The subscription of that number. Raises NotFound."""
    found = find(sql, number)
    if found is None:
        raise NotFound(f"there is no subscription {number}", hint="`vvault fetch list` lists them")
    return found


def put(action: Action, wanted: Subscription, tag: str) -> Subscription:
    """Makes one as `wanted`, but for its number, its tag and the moment. Raises Conflict if there is one of that
    address already, and what `tags.create` raises."""
    sql = action.tx.sql
    twin = sql.execute("SELECT id FROM subscriptions WHERE url = ?", (wanted.url,)).fetchone()
    if twin is not None:
        raise Conflict(f"subscription {twin[0]} fetches that already", hint=f"`vvault fetch run {twin[0]}` looks again")
    row = {
        **wanted._asdict(),
        "id": None,
        "tag": tags.create(action, tag) if tag else None,
        "created_at": now_ms(),
    }
    del row["id"]
    return require(sql, action.insert("subscriptions", row))


# ---- runs --------------------------------------------------------------------------------------------------------

_RUN = "id, subscription, site, began_at, ended_at, outcome, whole, fetched, known, failed, bytes, problem, retry_at"


def begin(tx: Transaction, subscription: Subscription, moment: int) -> int:
    """Notes that a run began, and returns its number. The oldest ones are forgotten."""
    tx.sql.execute(
        "DELETE FROM fetches WHERE subscription = :one AND id NOT IN"
        " (SELECT id FROM fetches WHERE subscription = :one ORDER BY id DESC LIMIT :kept)",
        {"one": subscription.id, "kept": KEPT_RUNS - 1},
    )
    made = tx.sql.execute(
        "INSERT INTO fetches (subscription, site, began_at, outcome) VALUES (?, ?, ?, 'running') RETURNING id",
        (subscription.id, subscription.site, moment),
    ).fetchone()
    return int(made[0])


def note(tx: Transaction, run: Run) -> None:
    """Writes down how a run stands."""
    tx.sql.execute(
        "UPDATE fetches SET ended_at = ?, outcome = ?, whole = ?, fetched = ?, known = ?, failed = ?, bytes = ?,"
        " problem = ?, retry_at = ? WHERE id = ?",
        (*run[4:], run.id),
    )


def note_failure(tx: Transaction, run: int, failure: Failure) -> None:
    """Writes down what a run could not fetch."""
    tx.sql.execute(
        "INSERT INTO fetch_failures (run, position, item, kind, reason)"
        " SELECT :run, count(*), :item, :kind, :reason FROM fetch_failures WHERE run = :run",
        {"run": run, "item": failure.item, "kind": failure.kind, "reason": failure.reason},
    )


def cut(tx: Transaction, moment: int) -> int:
    """Ends the runs that a daemon began which is no more; returns how many."""
    return tx.sql.execute(
        "UPDATE fetches SET outcome = 'cut', ended_at = ?, problem = 'the daemon ended' WHERE outcome = 'running'",
        (moment,),
    ).rowcount


def runs(sql: sqlite3.Connection, subscription: int | None, limit: int) -> list[Run]:
    """The newest runs, of one subscription or of all, the newest first."""
    rows = sql.execute(
        f"SELECT {_RUN} FROM fetches WHERE subscription = coalesce(?, subscription) ORDER BY id DESC LIMIT ?",
        (subscription, limit),
    )
    return [Run(*row) for row in rows]


def run_of(sql: sqlite3.Connection, number: int) -> Run:
    """The run of that number, which there is."""
    return Run(*sql.execute(f"SELECT {_RUN} FROM fetches WHERE id = ?", (number,)).fetchone())


def failures(sql: sqlite3.Connection, run: int, limit: int) -> list[Failure]:
    """What a run could not fetch, in order."""
    rows = sql.execute(
        "SELECT item, kind, reason FROM fetch_failures WHERE run = ? ORDER BY position LIMIT ?", (run, limit)
    )
    return [Failure(*row) for row in rows]


def fetched_since(sql: sqlite3.Connection, site: str, moment: int) -> int:
    """How many pictures of a site were fetched by runs that began after a moment."""
    (count,) = sql.execute(
        "SELECT coalesce(sum(fetched), 0) FROM fetches WHERE site = ? AND began_at > ?", (site, moment)
    ).fetchone()
    return int(count)


def failing(newest_first: Iterable[Run]) -> int:
    """How many runs in a row failed."""
    count = 0
    for run in newest_first:
        if run.outcome != "failed":
            break
        count += 1
    return count
