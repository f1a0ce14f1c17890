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

from vaultd.catalog import attached, files, sidecars, written
from vaultd.catalog.store import Catalog, Transaction
from vaultd.domain.attached import Attached, together
from vaultd.domain.facts import Facts
from vaultd.domain.written import UNTOUCHED, Traces, by_others
from vaultd.ingest.places import Places
from vaultd.worker.attachments import attachments

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Looked:
    """What was found, but for what the vault wrote itself.

    `whole`: every file of the content was looked at, so what none of them says is not so. `returned`: tags that the
    vault had taken off a file, and that stand there again.
    """

    found: Attached
    whole: bool
    returned: tuple[str, ...] = ()


@dataclass(frozen=True)
class _File:
    """A file to look at, None for one that is away, and what the vault did to it."""

    path: bytes | None
    traces: Traces = UNTOUCHED
    is_finished: bool = True


async def look(catalog: Catalog, places: Places, seen: Iterable[tuple[bytes, Facts]]) -> dict[bytes, Looked]:
    """What is attached to those of these files whose bytes are known, and that were touched or moved since.

    Of the others a worker tells what is attached to them when it reads their bytes.
    """
    with catalog.read() as sql:
        beside: dict[int, list[_File]] = {}
        touched = {path: every for path, facts in seen if (every := _files(sql, places, path, facts, beside))}
    return await trio.to_thread.run_sync(_read, touched) if touched else {}


def keep(tx: Transaction, file: int, looked: Looked | None) -> None:
    """Stores what was found for the content of a file, and what stands beside it now."""
    row = files.by_id(tx.sql, file)
    if row is None or row.image is None:
        return
    if looked is not None:
        (attached.replace if looked.whole else attached.add)(tx, row.image, looked.found)
        attached.returned(tx, row.image, looked.returned)
    sidecars.refresh(tx, row.image, (row.volume, row.path))


def _files(
    sql: sqlite3.Connection, places: Places, path: bytes, facts: Facts, beside: dict[int, list[_File]]
) -> list[_File]:
    """Every file of the content of a touched file, itself first; none if it is untouched.

    `beside` remembers them by content: of one with a thousand copies, each may be touched.
    """
    try:
        volume, relative = places.locate(path)
    except LookupError:
        return []
    known = files.at(sql, volume, relative) or next(iter(files.by_inode(sql, volume, facts)), None)
    if known is None or known.image is None or not known.holds(facts):
        return []
    if known.path == relative and known.ctime_ns == facts.ctime_ns:
        return []
    if known.image not in beside:
        beside[known.image] = [
            _File(other, *written.ATTRIBUTES.traces(sql, file)) for file, other in files.everywhere(sql, known.image)
        ]
    others = beside[known.image]
    return [_File(path, *written.ATTRIBUTES.traces(sql, known.id)), *(other for other in others if other.path != path)]


def _read(touched: dict[bytes, list[_File]]) -> dict[bytes, Looked]:
    found = {}
    said: dict[bytes, Attached] = {}
    for path, every in touched.items():
        try:
            found[path] = _look(every, said)
        except OSError as error:
            logger.warning("what is attached to a file cannot be read: %s", error.strerror)
            logger.debug("it is %a", os.fsdecode(path))
    return found


def _look(every: list[_File], read: dict[bytes, Attached]) -> Looked:
    """`read` remembers what was read by path."""
    here = []
    for file in every:
        if file.path is not None:
            if file.path not in read:
                read[file.path] = attachments(file.path)
            here.append((file, read[file.path]))
    again = [tag for file, said in here if file.is_finished for tag in file.traces.removed if tag in said.tags]
    said = together(by_others(said, file.traces) for file, said in here)
    return Looked(said, whole=len(here) == len(every), returned=tuple(dict.fromkeys(again)))
