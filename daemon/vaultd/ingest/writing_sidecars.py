"""Writing what the user says of a picture to a sidecar beside it, an XMP packet that other programs write to, too.

Which sidecar: the picture's own, `a.jpg.xmp`; else `a.xmp` if it is of this picture alone; else a new `a.jpg.xmp`. That
begins as a copy of an `a.xmp` that it shares with others, since it hides that one. A new one appears whole, and a
changed one replaces the old in one step: a reader, or a power cut, meets the one or the other.
"""

from __future__ import annotations

import errno
import hashlib
import os
import sqlite3
import stat
from collections.abc import Callable, Container
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal

import msgspec

from vaultd.catalog import files, sidecars, written
from vaultd.catalog.sidecars import FactsOf, Sidecar
from vaultd.catalog.store import Catalog, Transaction
from vaultd.catalog.written import Due
from vaultd.domain.facts import Facts
from vaultd.domain.paths import name_of
from vaultd.domain.sidecar import Said, Traces, Wish
from vaultd.ingest.merging_sidecars import merged
from vaultd.ingest.writing_back import Another, remedy_of
from vaultd.metadata import naming, sidecar
from vaultd.metadata.editing import BLANK, Edit, edited
from vaultd.metadata.xmp import LONGEST, Unreadable

Which = Literal["off", "new", "all"]
"""Sidecars that may be written: none, those that the vault made, or also those of other programs."""


@dataclass(frozen=True)
class Plan:
    """What is to be written. `before`: facts of the sidecar that is there, None for none, and `was` what it says.
    `data`: the new bytes, None where none are to be written, b'' where the sidecar is to go. `after`: the facts once it
    is written."""

    path: bytes
    before: FactsOf | None
    mode: int
    owner: tuple[int, int]
    data: bytes | None
    said: Said
    traces: Traces
    was: Said | None = None
    after: FactsOf | None = None

    @property
    def is_nothing(self) -> bool:
        """Whether the sidecar says all of it."""
        return self.data is None


class Sidecars:
    """The place, as `WritingBack` knows it."""

    follower = "sidecars"
    what = "sidecars"
    book = written.SIDECARS

    def __init__(self, catalog: Catalog, which: Which, leaving: Container[bytes] = ()) -> None:
        """`leaving`: sidecars that are to go before anything is written there, by absolute path; any thread asks."""
        self._catalog = catalog
        self._which = which
        self._leaving = leaving

    def attempt(self, file: Due[Wish, Traces], plan: Plan | None) -> Plan:
        """Plans, or does what was planned, beside the very file that is meant.

        Raises Another if it is another file or says something else meanwhile, or if the sidecar is not to be written;
        Unreadable, OSError.
        """
        now = self._planned(file)
        if plan is None:
            return now
        if now != plan:
            raise Another
        return now if now.data is None else replace(now, after=_written(now))

    def noted(self, tx: Transaction, file: Due[Wish, Traces], done: Plan) -> None:
        """What was written is known as it is, so that the watch finds no change in it."""
        known = files.by_id(tx.sql, file.file)
        if known is None or done.data is None:
            return
        path = known.path[: len(known.path) - len(name_of(known.path))] + name_of(done.path)
        if done.after is None:
            sidecars.drop(tx, known.volume, path)
        else:
            sidecars.put(tx, known.volume, Sidecar(path, done.after, done.said, ""))
        if known.image is not None:
            sidecars.refresh(tx, known.image)

    def reason(self, error: OSError) -> str:
        """Why a sidecar could not be written."""
        return (error.strerror or str(error)).lower()

    def remedy(self, error: OSError) -> str:
        """A name that the picture can have may be too long for its sidecar."""
        if error.errno == errno.ENAMETOOLONG:
            return f"give the picture a name that is {len(naming.XMP)} bytes shorter"
        return remedy_of(error)

    def _planned(self, file: Due[Wish, Traces]) -> Plan:
        picture = os.lstat(file.path)
        if (picture.st_ino, picture.st_mtime_ns, picture.st_size) != file.bytes_of:
            raise Another
        with self._catalog.read() as sql:
            path, base = _chosen(sql, file)
        if path in self._leaving:
            raise Another
        found = _read(path)
        if found is not None and self._which == "new" and not file.traces.made:
            raise Another
        begin = found or (_read(base) if base is not None else None)
        data, status = begin if begin is not None else (BLANK, picture)
        was = sidecar.read(path, data)
        change, traces = merged(was, file.traces, file.wish)
        if found is None:
            traces = msgspec.structs.replace(traces, made=True)
        return Plan(
            path,
            None if found is None else sidecars.facts_of(Facts.of(found[1])),
            stat.S_IMODE(status.st_mode) & 0o666,
            (status.st_uid, status.st_gid),
            *_change(path, data, change, traces, file.wish, is_there=found is not None),
            traces,
            None if found is None else was,
        )


def taken_away(path: bytes, traces: Traces) -> bool:
    """Removes a sidecar that says what the vault wrote and nothing else; whether it did.

    `traces`: what the vault did to it. Raises OSError, Unreadable, and Another if it changes meanwhile.
    """
    found = _read(path)
    if found is None:
        return False
    (data, status), nothing = found, Wish(0)
    change, after = merged(sidecar.read(path, data), traces, nothing)
    left, said = _change(path, data, change, after, nothing, is_there=True)
    if left != b"":
        return False
    facts = sidecars.facts_of(Facts.of(status))
    _written(Plan(path, facts, stat.S_IMODE(status.st_mode), (status.st_uid, status.st_gid), left, said, after))
    return True


def _chosen(sql: sqlite3.Connection, file: Due[Wish, Traces]) -> tuple[bytes, bytes | None]:
    """Where the sidecar to be written is, or is to be, and of which other one it begins as a copy."""
    known = files.by_id(sql, file.file)
    if known is None:
        raise Another
    folder, own = os.path.dirname(file.path), file.path + naming.XMP
    beside = [one.path for one in sidecars.of_file(sql, known.volume, known.path) if naming.is_xmp(one.path)]
    name = name_of(file.path)
    for path in beside:
        if naming.folded(name_of(path)) == naming.folded(name + naming.XMP):
            return os.path.join(folder, name_of(path)), None
    shared = next((path for path in beside if naming.stem_of_sidecar(name_of(path)) == naming.stem(name)), None)
    if os.path.lexists(own):
        return own, None
    if shared is None:
        usual = os.path.splitext(known.path)[0] + naming.XMP
        if sidecars.at(sql, known.volume, usual) is None and os.path.lexists(os.path.join(folder, name_of(usual))):
            raise Another  # what it says is not known yet, and one of the picture's own would hide it
        return own, None
    there = os.path.join(folder, name_of(shared))
    return (there, None) if sidecars.files_with(sql, known.volume, shared) == [known.id] else (own, there)


def _read(path: bytes) -> tuple[bytes, os.stat_result] | None:
    """The bytes of a sidecar, and what stat says of it; None if there is none. Raises OSError, Another."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    with os.fdopen(fd, "rb") as file:
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode):
            raise Another
        return file.read(LONGEST + 1), status


def _change(
    path: bytes, data: bytes, change: Edit, traces: Traces, wish: Wish, *, is_there: bool
) -> tuple[bytes | None, Said]:
    """The new bytes, None where none are to be written, and what stands in them."""
    after = data if change == Edit() else edited(data, change)
    said = sidecar.read(path, after)
    if merged(said, traces, wish).edit != Edit():
        raise Unreadable("it would not say what you say")
    if wish.is_empty and traces.made and is_there and after in (BLANK, _other_of_its_name(path)):
        return b"", said
    return (None if after == data or (not is_there and change == Edit()) else after), said


def _other_of_its_name(path: bytes) -> bytes | None:
    """The bytes of `a.xmp` for `a.jpg.xmp`, of which that one may have begun as a copy."""
    shared = os.path.splitext(os.path.splitext(path)[0])[0] + naming.XMP
    found = _read(shared) if shared != path else None
    return None if found is None else found[0]


def _written(plan: Plan) -> FactsOf | None:
    """Puts the bytes in the place of the sidecar; returns its facts. Raises OSError, Another if it changed."""
    folder = os.open(os.path.dirname(plan.path), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    name = name_of(plan.path)
    try:
        if plan.data:
            part = b".vvault-%b.tmp" % hashlib.blake2b(name, digest_size=8).hexdigest().encode()
            try:
                _fill(folder, part, plan)
                _check(folder, name, plan.before)
                os.rename(part, name, src_dir_fd=folder, dst_dir_fd=folder)
            except BaseException:
                with suppress(OSError):  # what went wrong is told; what is left of it is overwritten next time
                    os.unlink(part, dir_fd=folder)
                raise
        else:
            _check(folder, name, plan.before)
            os.unlink(name, dir_fd=folder)
        _unless(os.fsync, folder, besides=(errno.EINVAL,))  # a share cannot, and it is renamed already
        return sidecars.facts_of(Facts.of(os.lstat(plan.path))) if plan.data else None
    finally:
        os.close(folder)


def _fill(folder: int, part: bytes, plan: Plan) -> None:
    """A file of the same mode and owner as the sidecar that it replaces, or as the picture, on the disk for good."""
    with suppress(FileNotFoundError):  # left there by a crash
        os.unlink(part, dir_fd=folder)
    fd = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=folder)
    with os.fdopen(fd, "wb") as file:
        file.write(plan.data or b"")
        file.flush()
        status = os.fstat(fd)
        if plan.before is not None and (status.st_uid, status.st_gid) != plan.owner:
            os.fchown(fd, *plan.owner)
        _unless(os.fchmod, fd, plan.mode, besides=(errno.EPERM, errno.ENOTSUP))  # FAT has its own idea of modes
        os.fsync(fd)


def _unless(call: Callable[..., object], *details: object, besides: tuple[int, ...]) -> None:
    """Calls, on file systems that can. Raises OSError but for those `besides`."""
    try:
        call(*details)
    except OSError as error:
        if error.errno not in besides:
            raise


def _check(folder: int, name: bytes, before: FactsOf | None) -> None:
    """Raises Another if what stands there is not what was read."""
    try:
        now = sidecars.facts_of(Facts.of(os.stat(name, dir_fd=folder, follow_symlinks=False)))
    except FileNotFoundError:
        now = None
    if now != before:
        raise Another
