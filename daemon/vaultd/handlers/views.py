"""Folders of images that are neither searches nor tags: views, dates, duplicates."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import TypeVar

import trio

from vaultd.catalog import lookup, views
from vaultd.catalog.store import position
from vaultd.handlers.vault import Vault
from vaultipc.errors import UserError
from vaultipc.messages import (
    Dates,
    DatesParams,
    DuplicateGroup,
    Duplicates,
    DuplicatesParams,
    Listing,
    ViewParams,
)

MOST = 10_000
RECENT = 500
T = TypeVar("T")


async def view(vault: Vault, params: ViewParams) -> Listing:
    """What came last, what has no tag of the user's, or what is known and gone."""

    def read(sql: sqlite3.Connection) -> Listing:
        if params.view == "recent":
            found = lookup.hits(sql, views.recent(sql, RECENT))
        elif params.view == "untagged":
            found = lookup.hits(sql, views.untagged(sql, MOST))
        else:
            found = lookup.hits(sql, views.missing(sql, MOST), states=frozenset({"missing"}))
        return Listing(hits=found, seq=position(sql))

    return await _read(vault, read)


async def dates(vault: Vault, params: DatesParams) -> Dates:
    """The years, a year's months, or a month's images."""
    if params.month and not params.year:
        raise UserError("a month needs its year", hint="give both, only a year, or neither")
    if not (0 <= params.year <= 9999 and 0 <= params.month <= 12):
        raise UserError(f"there is no month {params.year:04}-{params.month:02}")

    def read(sql: sqlite3.Connection) -> Dates:
        if params.month:
            images = views.of_month(sql, params.year, params.month)
            return Dates(values=[], hits=lookup.hits(sql, images), seq=position(sql))
        values = views.months(sql, params.year) if params.year else views.years(sql)
        return Dates(values=values, hits=[], seq=position(sql))

    return await _read(vault, read)


async def duplicates(vault: Vault, params: DuplicatesParams) -> Duplicates:
    """Contents that have several files, each with all of them; the best is the one that listings show."""

    def read(sql: sqlite3.Connection) -> Duplicates:
        images = views.with_several_files(sql)
        places = lookup.places(sql, images)
        groups = [[place for place in places.get(image, []) if place.state == "online"] for image in images]
        return Duplicates(
            groups=[DuplicateGroup(level=params.level, best=group[0].path, members=group) for group in groups if group]
        )

    return await _read(vault, read)


async def _read(vault: Vault, work: Callable[[sqlite3.Connection], T]) -> T:
    def run() -> T:
        with vault.catalog.read() as sql:
            return work(sql)

    return await trio.to_thread.run_sync(run)


HANDLERS = {"view": view, "dates": dates, "duplicates": duplicates}
