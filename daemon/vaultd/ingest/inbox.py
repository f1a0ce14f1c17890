"""The folder of the library that receives pictures given to the mount: whole files or none, never over another one."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import trio

from vaultd.domain.facts import Facts
from vaultd.ingest.ignore import is_candidate
from vaultd.ingest.walk import facts_of
from vaultd.ingest.watched import Watched
from vaultipc.errors import DiskFull, Refused

DEFAULT_NAME = b"Vault Inbox"
DRAFT = b".vvault-"
NAME_BYTES = 255
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
ENDINGS = {
    "image/jpeg": b".jpg",
    "image/png": b".png",
    "image/webp": b".webp",
    "image/gif": b".gif",
    "image/tiff": b".tif",
    "image/bmp": b".bmp",
    "image/avif": b".avif",
    "image/heic": b".heic",
    "image/jxl": b".jxl",
    "image/x-dcraw": b".dng",  # whatever the camera called it: the bytes say which kind it is
    "image/svg+xml": b".svg",
}
"""How names of each type end that a file is given."""


@dataclass(frozen=True)
class Received:
    """A file that the inbox has now."""

    path: bytes
    facts: Facts


class Inbox:
    """Where it is follows from the configuration and the roots."""

    def __init__(self, configured: Path | None, watched: Watched) -> None:
        self._configured = configured
        self._watched = watched

    def folder(self) -> bytes:
        """Its absolute path; it need not exist yet. Raises Refused if there is no root that it could be in."""
        if self._configured is not None:
            return os.path.realpath(os.fsencode(self._configured))
        for root in self._watched.roots:
            if root.folder is not None and self._watched.state(root) not in ("offline", "unreadable"):
                return root.folder.rstrip(b"/") + b"/" + DEFAULT_NAME
        raise Refused(
            "there is no watched folder that could keep the picture",
            hint="add one with `vvault add FOLDER`, or set [library] inbox",
        )

    async def receive(self, source: bytes, name: bytes, kind: str, folder: bytes | None = None) -> Received:
        """Copies a file into the inbox, or into another `folder`, durably. `kind`: its MIME type, for names that do
        not tell.

        Raises DiskFull, Refused if the folder cannot be written to.
        """
        folder = folder or self.folder()
        try:
            return await trio.to_thread.run_sync(_copy, source, folder, fitting(name, kind))
        except OSError as error:
            where = os.fsdecode(folder)
            if error.errno in FULL:
                raise DiskFull(f"no space is left for the picture in {where!a}", hint="make room there") from error
            raise Refused(f"the picture cannot be written to {where!a} ({error.strerror})") from error

    async def tidy(self) -> None:
        """Removes drafts that a killed daemon left behind."""
        try:
            folder = self.folder()
        except Refused:
            return
        await trio.to_thread.run_sync(remove_drafts, folder)


def fitting(name: bytes, kind: str) -> bytes:
    """The user's name as one that is found again: not hidden, and ending as pictures do."""
    name = name.rpartition(b"/")[2].lstrip(b".") or b"picture"
    ending = b"" if is_candidate(name) else ENDINGS[kind]
    stem, own = os.path.splitext(name)
    if ending:
        stem, own = name, ending
    return stem[: NAME_BYTES - len(own) - len(b" (9999)")] + own


def _copy(source: bytes, folder: bytes, name: bytes) -> Received:
    os.makedirs(folder, exist_ok=True)
    draft = folder + b"/" + DRAFT + secrets.token_hex(8).encode() + b".part"
    try:
        with open(source, "rb") as old, open(draft, "xb") as new:
            shutil.copyfileobj(old, new, 1 << 20)
            new.flush()
            status = os.fstat(old.fileno())
            os.fchmod(new.fileno(), stat.S_IMODE(status.st_mode) & 0o777)  # whatever the daemon's own umask is
            _copy_attachments(old.fileno(), new.fileno())
            os.utime(new.fileno(), ns=(status.st_atime_ns, status.st_mtime_ns))
            os.fsync(new.fileno())
        path = _publish(draft, folder, name)
    finally:
        if os.path.lexists(draft):
            os.unlink(draft)
    _sync_folder(folder)
    facts = facts_of(path)
    if facts is None:
        raise OSError(errno.ENOENT, "it vanished at once")
    return Received(path, facts)


def _copy_attachments(old: int, new: int) -> None:
    """What the user's programs attached to a file goes with it, where the file system of the inbox can keep it."""
    try:
        for name in os.listxattr(old):
            if name.startswith("user."):
                os.setxattr(new, name, os.getxattr(old, name))
    except OSError as error:
        if error.errno not in (errno.ENOTSUP, errno.EOPNOTSUPP, errno.ERANGE, errno.E2BIG):
            raise


def _publish(draft: bytes, folder: bytes, name: bytes) -> bytes:
    """Gives the draft the first free name; creating a link never replaces anything."""
    for candidate in _names(name):
        path = folder + b"/" + candidate
        try:
            os.link(draft, path)
        except FileExistsError:
            continue
        except OSError as error:
            if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK):
                raise
            if os.path.lexists(path):
                continue
            os.rename(draft, path)  # a file system without hard links (FAT)
        return path
    raise AssertionError("names do not end")


def _names(name: bytes) -> Iterator[bytes]:
    yield name
    stem, ending = os.path.splitext(name)
    number = 2
    while True:
        yield stem + b" (%d)" % number + ending
        number += 1


def _sync_folder(folder: bytes) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def remove_drafts(folder: bytes) -> None:
    """Removes what copies that were killed left in a folder; nobody may be copying into it now. Raises OSError."""
    try:
        names = os.listdir(folder)
    except OSError:
        return  # it was never needed, or is away
    for name in names:
        if name.startswith(DRAFT) and name.endswith(b".part"):
            os.unlink(folder + b"/" + name)
