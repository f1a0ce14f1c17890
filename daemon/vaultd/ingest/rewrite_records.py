"""The folder of what stood in pictures' files before the vault wrote into them, and what is put into files from there.

Of each file there is a record, a difference that makes the old bytes of the new ones, for as long as writing it can be
undone. Beside it lie, while the file is written, the new bytes (`.new`) and the old ones (`.back`): what a start after
a crash finds there was not finished. All of this runs in threads.
"""

from __future__ import annotations

import logging
import os
import secrets
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from vaultd.catalog.rewritten import Entry, Rewritten
from vaultd.domain.facts import Facts
from vaultd.ingest import before
from vaultd.ingest.rewrite_plans import Plan, Refusal
from vaultd.worker import thumbnail_moves

logger = logging.getLogger(__name__)

_NEW, _BACK = ".new", ".back"


@dataclass(frozen=True)
class Ready:
    """A file whose new bytes lie under the name of its record, and are sure to be right. `start`: so many bytes of it
    stay; `size`: bytes of the record."""

    plan: Plan
    entry: Entry
    start: int
    size: int


class Records:
    """`thumbnails`: where those of file managers are, None to leave them alone. `most`: bytes that may be kept."""

    def __init__(self, folder: Path, thumbnails: Path | None, most: int) -> None:
        self.folder = folder
        self._thumbnails = thumbnails
        self._most = most

    def prepare(self) -> None:
        """Makes the folder, for the user alone."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def keep(self, plan: Plan, new: Path, old_hash: bytes) -> Ready:
        """Puts the new bytes, and what makes the old ones of them, where a crash does not take them.

        Raises Refusal, OSError; then nothing of it is left.
        """
        name = secrets.token_hex(8)
        record = self.folder / name
        try:
            found = before.keep(record, Path(os.fsdecode(plan.file.path)), new)
            if self._taken() > self._most:
                raise Refusal("no more room is set aside for undoing it; library.write_files_undo_mb gives more")
            old = new.with_suffix(_BACK)
            before.rebuild(record, new, old)
            if before.digest(old) != old_hash:
                raise Refusal("it was changed meanwhile")
            with new.open("rb") as file:
                os.fsync(file.fileno())
            size, kept = record.stat().st_size, new.rename(self._new(name))
            entry = Entry(
                plan.file.wish.image, plan.file.file, plan.file.path, name, old_hash, before.digest(kept),
                plan.file.bytes_of[1], plan.file.traces,
            )  # fmt: skip
        except BaseException:
            self.clear(name)
            record.unlink(missing_ok=True)
            raise
        return Ready(plan, entry, found.start, size)

    def put(self, ready: Ready) -> Facts:
        """Writes a file in place; one that cannot be written to the end gets its old bytes back.

        Raises OSError, Changed.
        """
        plan, entry = ready.plan, ready.entry
        path = plan.file.path
        try:
            facts = before.overwrite(path, plan.file.bytes_of, self._new(entry.record), ready.start)
        except OSError:
            self.restored(path, entry.record, entry.hash_before, entry.mtime_before)
            raise
        self._relabel(path, plan.file.bytes_of[1], facts.mtime_ns)
        return facts

    def given_back(self, row: Rewritten, dry_run: bool) -> Facts | None:
        """Writes the old bytes; returns the file's facts then, None with `dry_run`.

        Raises Refusal, OSError, Changed.
        """
        if row.path is None:
            raise Refusal("it is not there, or its disk is away")
        now = before.digest(row.path)
        if now not in (row.hash_before, row.hash_after):
            raise Refusal(
                "it was changed since by another program, and stays; `vvault write-metadata --into files --take-back`"
                " takes your words out"
            )
        if dry_run:
            return None
        if now == row.hash_after:
            self._rewind(row, row.path)
        found = os.lstat(row.path)
        if found.st_mtime_ns != row.mtime_before:
            os.utime(row.path, ns=(found.st_atime_ns, row.mtime_before), follow_symlinks=False)
        self._relabel(row.path, found.st_mtime_ns, row.mtime_before)
        self.clear(row.record)
        return Facts.of(os.lstat(row.path))

    def restored(self, path: bytes, name: str, old_hash: bytes, mtime: int) -> Facts | None:
        """Gives a file that was written half its old bytes back; None where it is nobody's mixture of ours."""
        new, back = self._new(name), self._back(name)
        if not back.exists() or before.digest(back) != old_hash:
            before.rebuild(self.folder / name, new, back)
        if before.digest(back) != old_hash or not before.is_mixture(path, back, new):
            return None
        before.overwrite(path, before.bytes_of(Facts.of(os.lstat(path))), back, 0)
        os.utime(path, ns=(os.lstat(path).st_atime_ns, mtime), follow_symlinks=False)
        return Facts.of(os.lstat(path))

    def unfinished(self) -> list[str]:
        """The names of records whose files may be written half."""
        for left in self.folder.glob("work-*"):
            shutil.rmtree(left, ignore_errors=True)
        return sorted({one.stem for one in self.folder.iterdir() if one.suffix in (_NEW, _BACK)})

    def clear(self, name: str) -> None:
        """A file is written: only its record is needed."""
        for place in (self._new(name), self._back(name)):
            place.unlink(missing_ok=True)

    def sweep(self, known: set[str]) -> None:
        """Deletes what belongs to none of these records."""
        with suppress(FileNotFoundError):
            for one in self.folder.iterdir():
                if one.is_file() and one.stem not in known:
                    one.unlink(missing_ok=True)

    def _rewind(self, row: Rewritten, path: bytes) -> None:
        back = self._back(row.record)
        facts = Facts.of(os.lstat(path))
        before.rebuild(self.folder / row.record, path, back)
        if before.digest(back) != row.hash_before:
            raise Refusal("what stood there before is kept no more, or damaged")
        shutil.copyfile(path, self._new(row.record))
        try:
            before.overwrite(path, before.bytes_of(facts), back, 0)
        except OSError:
            self.restored(path, row.record, row.hash_before, row.mtime_before)
            raise

    def _relabel(self, path: bytes, old_ns: int, new_ns: int) -> None:
        """The thumbnail shows the same pixels of a file with another time."""
        if self._thumbnails is not None:
            try:
                thumbnail_moves.same_pixels(path, old_ns, new_ns, self._thumbnails)
            except OSError as error:
                logger.debug("a thumbnail cannot follow its picture: %s", error)

    def _taken(self) -> int:
        return sum(one.stat().st_size for one in self.folder.iterdir() if not one.suffix and one.is_file())

    def _new(self, name: str) -> Path:
        return self.folder / f"{name}{_NEW}"

    def _back(self, name: str) -> Path:
        return self.folder / f"{name}{_BACK}"
