"""Keeping what a worker found. Everything here happens inside one transaction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vaultd.catalog import (
    attached,
    drafts,
    embeddings,
    failures,
    fetched,
    files,
    images,
    links,
    sidecars,
    volumes,
    written,
)
from vaultd.catalog.files import File
from vaultd.catalog.models import Model
from vaultd.catalog.store import Transaction
from vaultd.domain.attached import Attached
from vaultd.domain.content import Content
from vaultd.domain.content import by_others as embedded_by_others
from vaultd.domain.facts import Facts
from vaultd.domain.paths import absolute
from vaultd.domain.written import by_others
from vaultd.ingest import walk
from vaultd.worker.messages import Unreadable

Vector = NDArray[np.float32]


@dataclass(frozen=True)
class Reading:
    """What a worker found in a file: stat's facts, what is attached to it, and its bytes."""

    facts: Facts
    attached: Attached
    content: Content


def known(tx: Transaction, taken: File, facts: Facts, said: Attached, image: int) -> None:
    """The file holds a content that is known. `said`: what is attached to it."""
    if _is_as_taken(tx, taken, facts):
        _assign(tx, taken, facts, image, is_new=False)
        attached.add(tx, image, by_others(said, written.ATTRIBUTES.traces(tx.sql, taken.id)[0]))


def fresh(tx: Transaction, taken: File, read: Reading, vector: Vector | None, model: Model | None) -> None:
    """The file was read; its content is stored, with the vector that this model made of it."""
    if _is_as_taken(tx, taken, read.facts):
        ours = written.FILES.traces(tx.sql, taken.id)[0]
        image, is_new = images.put(tx, embedded_by_others(read.content, ours))
        if vector is not None and model is not None:
            embeddings.put(tx, image, model, vector)
        _assign(tx, taken, read.facts, image, is_new=is_new)
        attached.add(tx, image, by_others(read.attached, written.ATTRIBUTES.traces(tx.sql, taken.id)[0]))


def failed(tx: Transaction, taken: File, problem: Unreadable) -> None:
    """The file could not be read, for its own fault, or for that of a volume that is away by now: that is no fault."""
    if _is_as_taken(tx, taken) and volumes.is_online(tx.sql, taken.volume):
        failures.record(tx, taken.id, problem.kind, problem.reason)


def replaced(tx: Transaction, file: int, facts: Facts, old: int) -> None:
    """A file was renamed over another one, of the content `old`, which it is the edit of if it was made for that."""
    now = files.by_id(tx.sql, file)
    here = None if now is None else now.image if now.image is not None else now.previous
    if now is None or here is None:
        files.follow(tx, file, old)
    elif here != old and drafts.is_draft(tx.sql, here, facts.ctime_ns) and _is_nowhere_else(tx, now, here):
        images.inherit(tx, here, old)
        fetched.refresh(tx, here)
        sidecars.refresh(tx, old)


def _assign(tx: Transaction, taken: File, facts: Facts, image: int, *, is_new: bool) -> None:
    """An edit in place hands on what the user said of the content that was there before.

    Of a file that became another picture it is not known any more what the vault wrote to it. What stands beside the
    file is said of its new content.
    """
    row = files.by_id(tx.sql, taken.id) or taken
    old = row.previous if row.image is None else row.image
    if old is not None and (
        images.replaces(tx.sql, image, old, is_new) or _was_renamed_here(tx, row, facts, image, old)
    ):
        images.inherit(tx, image, old)
    elif old != image:
        written.ATTRIBUTES.forget(tx, taken.id)
        written.SIDECARS.forget(tx, taken.id)
        written.FILES.forget(tx, taken.id)
    files.assign(tx, taken.id, image, facts)
    now = files.by_id(tx.sql, taken.id) or taken
    for one in (now, *(links.assign(tx, now, old, image) if old is not None else ())):
        sidecars.refresh(tx, image, (one.volume, one.path))
    fetched.refresh(tx, image)
    if old is not None and old != image:
        sidecars.refresh(tx, old, (now.volume, now.path))


def _was_renamed_here(tx: Transaction, file: File, facts: Facts, image: int, old: int) -> bool:
    """Whether a known content that was found where `old` was is a draft, which had another name before and lost it.

    Where two pictures changed places, neither has a name that it lost: the other one stands there.
    """
    if image == old or not drafts.is_draft(tx.sql, image, facts.ctime_ns):
        return False
    return bool(drafts.other_files(tx.sql, image, file.id)) and _is_nowhere_else(tx, file, image)


def _is_nowhere_else(tx: Transaction, file: File, image: int) -> bool:
    """Whether no other name of a content is in use; asks the disk, of few contents and of few names."""
    others = drafts.other_files(tx.sql, image, file.id)
    return len(others) < files.NAMES and all(_is_gone(tx, other) for other in others)


def _is_gone(tx: Transaction, file: File) -> bool:
    (mount_point,) = tx.sql.execute("SELECT mount_point FROM volumes WHERE id = ?", (file.volume,)).fetchone()
    return mount_point is not None and walk.is_gone(absolute(mount_point, file.path))


def _is_as_taken(tx: Transaction, taken: File, read: Facts | None = None) -> bool:
    """Whether the row is what it was when its reading began; if not, the file will be read again.

    So it is where something else was attached to the file after it was `read`.
    """
    now = files.by_id(tx.sql, taken.id)
    if now is None or now.state != "present" or _bytes_of(now) != _bytes_of(taken):
        return False
    return read is None or now.ctime_ns in (taken.ctime_ns, read.ctime_ns)


def _bytes_of(file: File) -> tuple[int, int, int, int | None]:
    return file.inode, file.mtime_ns, file.size, file.image
