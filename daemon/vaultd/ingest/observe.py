"""Comparing what was seen on the disk with the catalog. Everything here happens inside one transaction."""

from __future__ import annotations

import os
import stat
import unicodedata
from dataclasses import dataclass
from typing import Literal

from vaultd.catalog import failures, files, links
from vaultd.catalog.files import File
from vaultd.catalog.store import Transaction
from vaultd.domain.facts import Facts
from vaultd.domain.paths import absolute
from vaultd.ingest import record

Finding = Literal["same", "added", "changed", "moved"]


@dataclass(frozen=True)
class Seen:
    """A file that is there: where, in which root, and what stat says."""

    root: int
    volume: int
    path: bytes
    facts: Facts


def observe(tx: Transaction, seen: Seen) -> tuple[int, Finding]:
    """Brings the catalog up to date about one file; returns the id of its row and what was found."""
    known = files.at(tx.sql, seen.volume, seen.path)
    if known is not None:
        return known.id, _again(tx, known, seen)
    twin = _twin(tx, seen)
    if twin is None:
        return files.insert(tx, seen.volume, seen.root, seen.path, seen.facts), "added"
    if _is_still_there(tx, twin, seen.path):
        # Another name of the same inode: the same bytes, nothing to be read.
        return files.insert(tx, seen.volume, seen.root, seen.path, seen.facts, twin.image), "added"
    files.move(tx, twin, seen.volume, seen.root, seen.path, seen.facts)
    return twin.id, "moved"


def _again(tx: Transaction, known: File, seen: Seen) -> Finding:
    if not known.holds(seen.facts) or (known.state == "missing" and known.image is None):
        if known.state == "present" and known.inode == seen.facts.inode:
            links.reread(tx, known, seen.facts)
        files.reread(tx, known, seen.root, seen.facts)
        return "changed" if known.state == "present" else "added"
    if known.state == "missing":
        files.refresh(tx, known, seen.root, seen.facts)
        return "added"
    if known.image is None and known.ctime_ns != seen.facts.ctime_ns:
        failures.clear(tx, known.id)  # it may be readable now
    if known.ctime_ns != seen.facts.ctime_ns or known.root != seen.root:
        files.refresh(tx, known, seen.root, seen.facts)
    return "same"


def _twin(tx: Transaction, seen: Seen) -> File | None:
    """A row for the very same bytes under another name, one that is not there any more if there is one."""
    twins = files.by_inode(tx.sql, seen.volume, seen.facts)
    return next((twin for twin in twins if not _is_still_there(tx, twin, seen.path)), twins[0] if twins else None)


def _is_still_there(tx: Transaction, file: File, path: bytes) -> bool:
    """Whether the file has its old name beside `path`, where it was just met; asks the disk, seldom and cheaply.

    A file system that folds case finds it by the old spelling, too. Then it has one name, and so it was renamed.
    """
    mount_point = tx.sql.execute("SELECT mount_point FROM volumes WHERE id = ?", (file.volume,)).fetchone()[0]
    if mount_point is None:
        return False
    try:
        status = os.lstat(absolute(mount_point, file.path))
    except OSError:
        return False
    is_same = stat.S_ISREG(status.st_mode) and status.st_ino == file.inode
    return is_same and not (status.st_nlink == 1 and _folded(file.path) == _folded(path))


def _folded(path: bytes) -> str:
    return unicodedata.normalize("NFC", os.fsdecode(path)).casefold()


def moved(tx: Transaction, source: File, seen: Seen, left: Facts | None, *, rests: bool) -> None:
    """The kernel said that the file got this name. Its bytes are what they were, if stat does not say otherwise.

    `left`: what has the old name now. Where that is the file which had the new one, nothing was replaced. A file that
    does not rest yet is looked at again when it does.
    """
    there = files.at(tx.sql, seen.volume, seen.path)
    is_replaced = there is not None and there.id != source.id and not (left is not None and there.holds(left))
    old = there.replaced() if there is not None and is_replaced else None
    holds = source.holds(seen.facts)
    files.move(tx, source, seen.volume, seen.root, seen.path, seen.facts if holds else None)
    if old is not None:
        record.replaced(tx, source.id, seen.facts, old)
    now = files.by_id(tx.sql, source.id)
    if rests and not holds and now is not None:
        _again(tx, now, seen)
