"""Bringing one file, through cuts: what is here already is never asked for again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from vaultd.models.hub import failures
from vaultd.models.hub.listing import Listing, RemoteFile
from vaultd.models.hub.patience import Cut, Patience, Waiting
from vaultd.models.hub.remote import Hub
from vaultd.models.hub.wish import Teller
from vaultipc.errors import Refused


class Fingerprint:
    """The sha256 of a file, and beside it the id of its git blob: sha1 of `blob SIZE\\0` and the content."""

    def __init__(self, file: RemoteFile) -> None:
        self._file = file
        self._sha256 = hashlib.sha256()
        self._blob = hashlib.sha1(b"blob %d\0" % file.size, usedforsecurity=False)

    def update(self, chunk: bytes) -> None:
        """The next bytes."""
        self._sha256.update(chunk)
        if self._file.kind == "git":
            self._blob.update(chunk)

    @property
    def sha256(self) -> str:
        """In hexadecimal."""
        return self._sha256.hexdigest()

    @property
    def fits(self) -> bool:
        """Whether these are the bytes that the hub announced."""
        return self._file.digest == (self.sha256 if self._file.kind == "sha256" else self._blob.hexdigest())


class Transfer:
    """Brings files of one listing."""

    def __init__(self, hub: Hub, listing: Listing, teller: Teller, patience: Patience) -> None:
        self._hub = hub
        self._listing = listing
        self._teller = teller
        self._waiting = Waiting(patience, hub.host, teller.say)

    def bring(self, file: RemoteFile, place: Path) -> str:
        """Completes `place` and returns its sha256. What was there is a beginning of it, left by an earlier call.

        Raises a UserError: what was brought stays as a beginning, unless it is wrong; then it is deleted.
        """
        try:
            with place.open("ab+") as out:
                fingerprint = self._recall(file, out)
                while out.tell() < file.size:
                    fingerprint = self._one_go(file, out, fingerprint)
        except OSError as error:
            raise failures.written(error, place.parent) from error
        if not fingerprint.fits:
            place.unlink()
            raise Refused(
                f"{file.path} of {self._listing.repo} came damaged (sha256 {fingerprint.sha256[:12]}…) and is deleted.",
                "Repeat the command. If it stays so, something between here and the hub changes what passes.",
            )
        return fingerprint.sha256

    def _recall(self, file: RemoteFile, out: BinaryIO) -> Fingerprint:
        """The fingerprint of what is here; something longer than the file is no beginning of it."""
        fingerprint = Fingerprint(file)
        out.seek(0)
        while chunk := out.read(1 << 20):
            fingerprint.update(chunk)
        if out.tell() > file.size:
            return _emptied(file, out)
        self._teller.advance(out.tell())
        return fingerprint

    def _one_go(self, file: RemoteFile, out: BinaryIO, fingerprint: Fingerprint) -> Fingerprint:
        """One connection, and after it the wait for the next, if there has to be one."""
        before = out.tell()
        try:
            with self._hub.body(self._listing, file.path, before) as (start, chunks):
                if start != before:  # a server that knows no ranges sends everything
                    fingerprint = _emptied(file, out)
                    self._teller.advance(-before)
                self._receive(file, out, fingerprint, chunks)
            if out.tell() < file.size:
                raise Cut("it ended early")
        except (Cut, failures.Wait) as problem:
            out.flush()
            self._waiting.failed(problem)
        return fingerprint

    def _receive(self, file: RemoteFile, out: BinaryIO, fingerprint: Fingerprint, chunks: Iterator[bytes]) -> None:
        for chunk in chunks:
            if out.tell() + len(chunk) > file.size:
                _emptied(file, out)
                raise Refused(f"{self._hub.host} sends more of {file.path} than it announced.", "Repeat the command.")
            out.write(chunk)
            fingerprint.update(chunk)
            self._teller.advance(len(chunk))
            self._waiting.progressed()


def _emptied(file: RemoteFile, out: BinaryIO) -> Fingerprint:
    """Begins the file again."""
    out.truncate(0)
    out.seek(0)
    return Fingerprint(file)
