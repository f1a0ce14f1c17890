"""Writing what the user says of a picture into its file, through exiftool, and taking that back bit for bit.

exiftool works on a copy. What it made must say what the user says, and show the same pixels, before the picture's own
file is touched; then its bytes are put into that file in place, so that links, attributes, owner and handles stay. What
stood there before is on the disk by then, as a difference, and so are the new bytes: a start after a crash finds the
old file, the new one, or a mixture of both, which becomes the old one again. A file that somebody else wrote to
meanwhile is left alone. The content stays what it is in the catalog, so nothing is read or embedded again.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

import trio

from vaultd.catalog import files, rewritten
from vaultd.catalog.rewritten import Entry, Rewritten
from vaultd.catalog.store import Catalog, Transaction
from vaultd.catalog.written import FILES
from vaultd.domain.facts import Facts
from vaultd.ingest import before, exiftool
from vaultd.ingest.merging_sidecars import merged
from vaultd.ingest.pool import WorkerPool
from vaultd.ingest.process import WorkerLost, WorkersUnusable
from vaultd.ingest.rewrite_plans import WRITTEN, DueFile, Plan, Refusal, plan_of, said_in
from vaultd.ingest.rewrite_records import Ready, Records
from vaultd.metadata.editing import Edit
from vaultd.metadata.xmp import Unreadable
from vaultd.worker.messages import Compare, Compared, Failed, HasRead, Read

logger = logging.getLogger(__name__)

FOLDER = "before"
TOGETHER = 20
"""Files that are copied, given to one process, and then written."""
Result = TypeVar("Result")


@dataclass
class Outcome:
    """`plans`: of those that could be planned. `written`: ids of files that were; `refused`: why, of those that were
    not. `kept`: bytes that were put aside for undoing it."""

    plans: list[Plan] = field(default_factory=list)
    written: set[int] = field(default_factory=set)
    refused: list[tuple[DueFile, str]] = field(default_factory=list)
    kept: int = 0


Begin = Callable[[Transaction, Sequence[Entry]], None]
"""Notes, in the transaction before they are written, that files will be, so that it can be undone."""


class WritingFiles:
    """Make it, `recover` once before anything else, then `write` and `take_back` as somebody asks."""

    def __init__(self, catalog: Catalog, pool: WorkerPool, data: Path, thumbnails: Path | None, most: int) -> None:
        """`most`: bytes that may be kept for undoing."""
        self.folder = data / FOLDER
        self._records = Records(self.folder, thumbnails, most)
        self._catalog, self._pool = catalog, pool
        self._turn = trio.Lock()

    async def write(self, dues: Sequence[DueFile], begin: Begin | None) -> Outcome:
        """Says what would be written, and with `begin` writes it. Raises UserError where exiftool is missing."""
        exiftool.check_there()
        outcome = Outcome()
        every = list({file.bytes_of[0]: file for file in dues}.values())
        for at in range(0, len(every), TOGETHER):
            await self._some(every[at : at + TOGETHER], begin, outcome)
        return outcome

    async def take_back(self, row: Rewritten, *, dry_run: bool) -> str:
        """Gives a file the bytes and the time that it had before it was written; '' or why that cannot be."""
        async with self._turn:
            try:
                with trio.CancelScope(shield=True):
                    facts = await _in_thread(partial(self._records.given_back, row, dry_run))
                    if facts is not None:
                        await self._now(row, row.hash_before, facts)
            except Refusal as refusal:
                return f"{os.fsdecode(row.path or row.place)}: {refusal}"
            except (OSError, before.Changed) as error:
                return f"{os.fsdecode(row.path or row.place)} {_reason(error)}"
        return ""

    async def recover(self) -> None:
        """Finishes what a crash interrupted, and forgets what nothing counts on any more."""
        await _in_thread(self._records.prepare)
        for name in await _in_thread(self._records.unfinished):
            with self._catalog.read() as sql:
                row = rewritten.of_record(sql, name)
            if row is not None:
                try:
                    await self._mend(row)
                except (OSError, before.Changed) as error:
                    logger.warning("a picture that was being written cannot be looked at: %s", _reason(error))
                    continue  # what it takes stays, for the next start
            await _in_thread(partial(self._records.clear, name))
        await self.sweep()

    async def sweep(self) -> None:
        """Deletes what was kept for files that were given back."""
        async with self._turn:
            with self._catalog.read() as sql:
                known = rewritten.records(sql)
            await _in_thread(partial(self._records.sweep, known))

    # ---- planning ------------------------------------------------------------------------------------------------

    async def _some(self, dues: Sequence[DueFile], begin: Begin | None, outcome: Outcome) -> None:
        async with self._turn:
            work = Path(await _in_thread(partial(tempfile.mkdtemp, dir=self.folder, prefix="work-")))
            try:
                plans = await self._planned(dues, work, outcome)
                outcome.plans += [plan for plan in plans if not plan.is_nothing]
                if begin is not None:
                    ready = await self._prepared([plan for plan in plans if not plan.is_nothing], work, outcome)
                    with trio.CancelScope(shield=True):
                        await self._carried_out(ready, begin, outcome)
                        self._note_rest([plan for plan in plans if plan.is_nothing])
            finally:
                with trio.CancelScope(shield=True):
                    await _in_thread(partial(shutil.rmtree, work, ignore_errors=True))

    async def _planned(self, dues: Sequence[DueFile], work: Path, outcome: Outcome) -> list[Plan]:
        linked: dict[str, DueFile] = {}
        for number, file in enumerate(dues):
            try:
                linked[await _in_thread(partial(self._linked, file, work, number))] = file
            except (Refusal, OSError) as error:
                outcome.refused.append((file, _reason(error)))
        problems = await exiftool.packets(work, list(linked))
        plans = []
        for name, file in linked.items():
            try:
                if name in problems:
                    raise Refusal(problems[name])
                plans.append(await _in_thread(partial(plan_of, file, (work / name).with_suffix(".packet"))))
            except (Refusal, Unreadable, OSError) as error:
                outcome.refused.append((file, _reason(error)))
        return plans

    def _linked(self, file: DueFile, work: Path, number: int) -> str:
        """Gives a picture a name that can be an argument, by a link. Raises Refusal, OSError."""
        if before.bytes_of(Facts.of(os.lstat(file.path))) != file.bytes_of:
            raise Refusal("it was changed since it was read; wait until it was read again")
        with self._catalog.read() as sql:
            row = sql.execute("SELECT type FROM images WHERE id = ?", (file.wish.image,)).fetchone()
        if row is None or row[0] not in WRITTEN:
            kind = row[0] if row else "such a file"
            raise Refusal(f"nothing is written into {kind}; `--into sidecars` writes beside it")
        name = f"{number}{WRITTEN[row[0]]}"
        (work / name).symlink_to(os.fsdecode(file.path))
        return name

    # ---- making sure ---------------------------------------------------------------------------------------------

    async def _prepared(self, plans: Sequence[Plan], work: Path, outcome: Outcome) -> list[Ready]:
        """The new files, of those that can be made and are right."""
        names: dict[str, Plan] = {}
        for plan in plans:
            name = f"new{plan.file.file}{WRITTEN[self._type(plan)]}"
            try:
                await _in_thread(partial(_copy, plan, work / name, self._hash(plan)))
                names[name] = plan
            except (Refusal, OSError) as error:
                outcome.refused.append((plan.file, _reason(error)))
        problems = await exiftool.put(work, [name for name, plan in names.items() if plan.packet])
        problems |= await exiftool.remove(work, [name for name, plan in names.items() if not plan.packet])
        await _in_thread(partial(_forget_packets, work, list(names)))
        problems |= await exiftool.packets(work, [name for name in names if name not in problems])
        ready = []
        for name, plan in names.items():
            try:
                if name in problems:
                    raise Refusal(problems[name])
                await self._check(plan, work / name)
                kept = partial(self._records.keep, plan, work / name, self._hash(plan))
                ready.append(await _in_thread(kept))
                outcome.kept += ready[-1].size
            except (Refusal, Unreadable, OSError) as error:
                outcome.refused.append((plan.file, _reason(error)))
        return ready

    def _type(self, plan: Plan) -> str:
        with self._catalog.read() as sql:
            return str(sql.execute("SELECT type FROM images WHERE id = ?", (plan.file.wish.image,)).fetchone()[0])

    def _hash(self, plan: Plan) -> bytes:
        with self._catalog.read() as sql:
            return bytes(sql.execute("SELECT hash FROM images WHERE id = ?", (plan.file.wish.image,)).fetchone()[0])

    async def _check(self, plan: Plan, new: Path) -> None:
        """Raises Refusal where the new file does not say what the user says, or shows something else."""
        said = await _in_thread(partial(said_in, new.with_suffix(".packet")))
        if merged(said, plan.traces, plan.file.wish).edit != Edit():
            raise Refusal("it would not say what you say")
        try:
            async with self._pool.lease("asker", blind=True) as worker:
                read = await worker.ask(Read(plan.file.path))
                found = await worker.ask(Compare(os.fsencode(new))) if isinstance(read, HasRead) else read
        except (WorkerLost, WorkersUnusable) as error:
            raise Refusal(f"its pixels cannot be compared ({error})") from error
        if isinstance(found, Failed):
            raise Refusal(f"its pixels cannot be compared: {found.reason}")
        if not isinstance(found, Compared) or not found.same:
            raise Refusal("exiftool would change its pixels")

    # ---- writing -------------------------------------------------------------------------------------------------

    async def _carried_out(self, ready: Sequence[Ready], begin: Begin, outcome: Outcome) -> None:
        if not ready:
            return
        with self._catalog.write() as tx:
            begin(tx, [one.entry for one in ready])
            for one in ready:
                FILES.note(tx, one.plan.file.file, one.plan.traces, None)
        for one in ready:
            file = one.plan.file
            try:
                facts = await _in_thread(partial(self._records.put, one))
            except (OSError, before.Changed) as error:
                outcome.refused.append((file, _reason(error)))
                with self._catalog.write() as tx:
                    FILES.note(tx, file.file, file.traces, None)
            else:
                with self._catalog.write() as tx:
                    rewritten.adopt(tx, file.file, one.entry.hash_after, facts)
                    FILES.note(tx, file.file, one.plan.traces, file.wish)
                outcome.written.add(file.file)
            await _in_thread(partial(self._records.clear, one.entry.record))

    def _note_rest(self, plans: Sequence[Plan]) -> None:
        """Files that say all of it already are done."""
        if plans:
            with self._catalog.write() as tx:
                for plan in plans:
                    FILES.note(tx, plan.file.file, plan.traces, plan.file.wish)

    # ---- taking back ---------------------------------------------------------------------------------------------

    async def _mend(self, row: Rewritten) -> None:
        """A crash came between: the file is the old one, the new one, or becomes the old one."""
        if row.path is None:
            return
        now = await _in_thread(partial(before.digest, row.path))
        if now in (row.hash_before, row.hash_after):
            await self._now(row, now, Facts.of(os.lstat(row.path)))
            return
        restored = partial(self._records.restored, row.path, row.record, row.hash_before, row.mtime_before)
        facts = await _in_thread(restored)
        if facts is None:
            logger.warning("a picture that was being written was changed by another program, and stays as it is")
        else:
            await self._now(row, row.hash_before, facts)

    async def _now(self, row: Rewritten, content_hash: bytes, facts: Facts) -> None:
        """A file holds the bytes of this hash now."""
        with self._catalog.write() as tx:
            rewritten.adopt(tx, row.file, content_hash, facts)
            if content_hash == row.hash_before and files.by_id(tx.sql, row.file) is not None:
                FILES.note(tx, row.file, row.traces_before, None)


def _copy(plan: Plan, target: Path, expected: bytes) -> None:
    """A copy for exiftool to write to, and its packet beside it. Raises Refusal, OSError."""
    shutil.copyfile(plan.file.path, os.fsencode(target))
    if before.digest(target) != expected:
        raise Refusal("it was changed since it was read; wait until it was read again")
    target.with_suffix(".packet").write_bytes(plan.packet or b"")


def _forget_packets(work: Path, names: Sequence[str]) -> None:
    """What was to be written lies where what was written is to be read."""
    for name in names:
        (work / name).with_suffix(".packet").unlink(missing_ok=True)


def _reason(error: Exception) -> str:
    if isinstance(error, before.Changed):
        return "was changed meanwhile"
    return (error.strerror or str(error)).lower() if isinstance(error, OSError) else str(error)


async def _in_thread(work: Callable[[], Result]) -> Result:
    return await trio.to_thread.run_sync(work)
