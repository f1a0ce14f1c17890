"""Folders of images that are neither searches nor tags: views, facets, dates, volumes that are away."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import TypeVar

import trio

from vaultd.catalog import dividing, facets, lookup, views, volumes
from vaultd.catalog.store import position
from vaultd.domain.ids import is_id
from vaultd.handlers.images import image_id
from vaultd.handlers.vault import Vault
from vaultipc.codec import display
from vaultipc.errors import UserError
from vaultipc.messages import (
    Dates,
    DatesParams,
    Empty,
    FacetImagesParams,
    FacetParams,
    FacetValue,
    FacetValues,
    Hit,
    Listing,
    Narrowed,
    NarrowParams,
    Offline,
    OfflineVolume,
    ViewParams,
)

MOST = 10_000
RECENT = 500
T = TypeVar("T")


async def view(vault: Vault, params: ViewParams) -> Listing:
    """What came last, what has no tag of the user's, the favourites, what is known and gone, what is on disks away."""
    volume = _volume(params.volume)

    def read(sql: sqlite3.Connection) -> Listing:
        return Listing(hits=_viewed(sql, params, volume), seq=position(sql))

    return await _read(vault, read)


async def offline(vault: Vault, params: Empty) -> Offline:
    """The volumes that are away and hold pictures of which no other file can be opened."""

    def read(sql: sqlite3.Connection) -> Offline:
        return Offline(volumes=[_away(*volume) for volume in views.away(sql)])

    return await _read(vault, read)


async def facet_values(vault: Vault, params: FacetParams) -> FacetValues:
    """The values of a facet that occur, each with how many pictures that are shown have it."""

    def read(sql: sqlite3.Connection) -> FacetValues:
        if params.counts:
            found = [FacetValue(value=value, count=count) for value, count in facets.counts(sql, params.facet)]
        else:
            found = [FacetValue(value=value, count=None) for value in facets.values(sql, params.facet)]
        return FacetValues(facet=params.facet, values=found, seq=position(sql))

    return await _read(vault, read)


async def facet_images(vault: Vault, params: FacetImagesParams) -> Listing:
    """The pictures that have this value of a facet, the last taken first; none for a value that does not occur."""

    def read(sql: sqlite3.Connection) -> Listing:
        images = facets.of_value(sql, params.facet, params.value, MOST)
        return Listing(hits=lookup.hits(sql, images), seq=position(sql))

    return await _read(vault, read)


async def facet_narrow(vault: Vault, params: NarrowParams) -> Narrowed:
    """How an answer divides by a facet, or which of its images have a value of one."""
    given, facet = [image_id(text) for text in params.images], params.facet
    is_year = facet == "date" and params.value != "" and "-" not in params.value

    def read(sql: sqlite3.Connection) -> Narrowed:
        if params.value and not is_year:
            images = dividing.having(sql, given, facet, params.value)
            return Narrowed(values=[], images=[str(image) for image in images])
        return Narrowed(values=dividing.values(sql, given, facet, params.value), images=[])

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


def _viewed(sql: sqlite3.Connection, params: ViewParams, volume: int | None) -> list[Hit]:
    match params.view:
        case "recent":
            return lookup.hits(sql, views.recent(sql, RECENT))
        case "untagged":
            return lookup.hits(sql, views.untagged(sql, MOST))
        case "favorites":
            return lookup.hits(sql, views.favourites(sql, MOST))
        case "missing":
            return lookup.hits(sql, views.missing(sql, MOST), states=frozenset({"missing"}))
        case "offline":
            images, within = views.offline(sql, volume, MOST), volumes.within(sql, volume)
            return lookup.hits(sql, images, states=frozenset({"offline"}), prefer=within)


def _volume(text: str) -> int | None:
    if not text:
        return None
    if not is_id(text):
        raise UserError(f"“{text[:40]}” is no volume", hint="volumes are whole numbers, as `offline` tells them")
    return int(text)


def _away(volume: int, called: bytes, count: int) -> OfflineVolume:
    name, name_b64 = display(called)
    return OfflineVolume(id=str(volume), name=name, name_b64=name_b64, count=count)


async def _read(vault: Vault, work: Callable[[sqlite3.Connection], T]) -> T:
    def run() -> T:
        with vault.catalog.read() as sql:
            return work(sql)

    return await trio.to_thread.run_sync(run)


HANDLERS = {
    "view": view,
    "offline": offline,
    "facet.values": facet_values,
    "facet.images": facet_images,
    "facet.narrow": facet_narrow,
    "dates": dates,
}
