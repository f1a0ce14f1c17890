"""What a provider works at: what is wanted, the limits of a run, and the pictures that are taken in."""

from __future__ import annotations

import os
import random
import secrets
import shutil
import time
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path

import msgspec

from vaultd.domain.provided import Provided
from vaultd.fetch.child.sniffing import sniffed, tidy
from vaultd.fetch.order import READY, WORK, Missed, Order, Report, Seen, Staged


class Capped(Exception):
    """Enough for this time: a limit of the run is reached. The text is a sentence."""


class Stop(Exception):
    """The run is over for a reason that a person should know. `retry_s`: so long the site wants to be left alone."""

    def __init__(self, problem: str, retry_s: float | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.retry_s = retry_s


class Desk:
    """`tell` gives a report to the daemon. All limits are those of the order. `work`: a provider's folder;
    `draft`: a place in it for the file that is on its way."""

    def __init__(self, order: Order, tell: Callable[[Report], None]) -> None:
        self.work = Path(order.staging) / WORK
        self.draft = self.work / "picture"
        self._ready = Path(order.staging) / READY
        for folder in (self.work, self._ready):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._order, self._tell = order, tell
        self._known = frozenset(order.known)
        self._began = time.monotonic()
        self._last_request = -order.delay_s * 2
        self._taken = 0
        self._bytes = 0

    def wants(self, item: str) -> bool:
        """Notes that the place shows this item, and tells whether it is to be fetched. Raises Capped."""
        known = item in self._known
        self._tell(Seen(item, known))
        if not known:
            self.check()
        return not known

    def known(self, item: str) -> None:
        """Notes that the place shows an item that was fetched before, as a provider knows by itself."""
        self._tell(Seen(item, True))

    def check(self) -> None:
        """Raises Capped if nothing more may be fetched in this run, Stop if the disk is too full."""
        order = self._order
        if not order.most:
            raise Capped("as many pictures came from this site today as may come in a day (fetch.daily)")
        if self._taken >= order.most:
            raise Capped(f"{self._taken} new pictures are enough for this time")
        if self._bytes >= order.run_bytes:
            raise Capped(f"{self._bytes >> 20} MiB are enough for this time")
        if time.monotonic() - self._began > order.run_s:
            raise Capped(f"{order.run_s / 60:g} minutes are enough for this time")
        if shutil.disk_usage(order.staging).free < order.keep_free:
            raise Stop(f"less than {order.keep_free >> 20} MiB are free on the disk (fetch.keep_free_mb)")

    def rest(self) -> None:
        """Waits until the site may be asked again."""
        pause = self._order.delay_s * (1 + random.random() / 2)
        time.sleep(max(0.0, self._last_request + pause - time.monotonic()))
        self._last_request = time.monotonic()

    def miss(self, item: str, kind: str, reason: str) -> None:
        """Tells that something cannot be had: a word and a sentence."""
        self._tell(Missed(item, kind, reason))

    def take(self, path: Path, item: str, name: str, told: Provided) -> bool:
        """Takes a file in, which is gone from where it was then; returns whether it is a picture that is not too large.

        It has its place in the staging folder before the note that tells of it, so whoever finds the note finds all.
        """
        kind, size = sniffed(path), path.stat().st_size
        if kind is None or size > self._order.file_bytes:
            path.unlink()
            if kind is None:
                self.miss(item, "no-picture", "what came is no picture, whatever it is called")
            else:
                self.miss(item, "too-large", f"it has {size >> 20} MiB")
            return False
        file = secrets.token_hex(12)
        digest = _settled(path)
        os.replace(path, self._ready / file)
        staged = Staged(file=file, item=item, name=tidy(name), kind=kind, hash=digest, size=size, told=told)
        draft = self.work / f"{file}.note"
        draft.write_bytes(msgspec.json.encode(staged))
        _settled(draft)
        os.replace(draft, self._ready / f"{file}.json")
        self._taken += 1
        self._bytes += size
        self._tell(staged)
        return True


def _settled(path: Path) -> str:
    """BLAKE2b-256, in hex, of a file, which is on the disk then."""
    digest = blake2b(digest_size=32)
    with path.open("rb") as file:
        while part := file.read(1 << 20):
            digest.update(part)
        os.fsync(file.fileno())
    return digest.hexdigest()
