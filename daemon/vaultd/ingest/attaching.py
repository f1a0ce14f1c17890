"""Looking again at what is attached to files. That changes a file's ctime and nothing else that stat(2) tells.

It is read before the new ctime is stored, so that whatever happens in between is met at the next look.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

import trio

from vaultd.catalog import attached, files
from vaultd.catalog.store import Catalog, Transaction
from vaultd.domain.attached import Attached, together
from vaultd.domain.facts import Facts
from vaultd.ingest.places import Places
from vaultd.worker.attachments import attachments

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Looked:
    """What was found. `whole`: every file of the content was looked at, so what none of them says is not so."""

    found: Attached
    whole: bool


async def look(catalog: Catalog, places: Places, seen: Iterable[tuple[bytes, Facts]]) -> dict[bytes, Looked]:
    """What is attached to those of these files whose bytes are known, and that were touched or moved since.

    Of the others a worker tells what is attached to them when it reads their bytes.
    """
    with catalog.read() as sql:
        touched = {path: every for path, facts in seen if (every := _files(sql, places, path, facts))}
    return await trio.to_thread.run_sync(_read, touched) if touched else {}


def keep(tx: Transaction, file: int, looked: Looked | None) -> None:
    """Stores what was found for the content of a file."""
    row = files.by_id(tx.sql, file) if looked is not None else None
    if looked is not None and row is not None and row.image is not None:
        (attached.replace if looked.whole else attached.add)(tx, row.image, looked.found)


def _files(sql: sqlite3.Connection, places: Places, path: bytes, facts: Facts) -> list[bytes | None]:
    """Every file of the content of a touched file, itself first, None for one that is away; none if it is untouched."""
    try:
        volume, relative = places.locate(path)
    except LookupError:
        return []
    known = files.at(sql, volume, relative) or next(iter(files.by_inode(sql, volume, facts)), None)
    if known is None or known.image is None or not known.holds(facts):
        return []
    if known.path == relative and known.ctime_ns == facts.ctime_ns:
        return []
    return [path, *(other for other in files.everywhere(sql, known.image) if other != path)]


def _read(touched: dict[bytes, list[bytes | None]]) -> dict[bytes, Looked]:
    found = {}
    for path, every in touched.items():
        here = [file for file in every if file is not None]
        try:
            found[path] = Looked(together(map(attachments, here)), whole=len(here) == len(every))
        except OSError as error:
            logger.warning("what is attached to a file cannot be read: %s", error.strerror)
            logger.debug("it is %a", os.fsdecode(path))
    return found
