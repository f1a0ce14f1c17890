"""Writing what the user says of a picture to the attributes of its files. Only attributes are written, which leaves
bytes and modification time alone."""

from __future__ import annotations

import errno
import os

from vaultd.catalog import written
from vaultd.catalog.store import Transaction
from vaultd.catalog.written import Due
from vaultd.domain.attached import NAMES
from vaultd.domain.written import Traces, Wish
from vaultd.ingest.merging import Merged, merged
from vaultd.ingest.writing_back import Another, remedy_of
from vaultd.worker.attachments import values


class Attributes:
    """The place, as `WritingBack` knows it."""

    follower = "attributes"
    what = "files"
    book = written.ATTRIBUTES

    def attempt(self, file: Due[Wish, Traces], plan: Merged | None) -> Merged:
        """Plans, or does what was planned, on the very file that is meant. No byte is read: no access time changes.

        Raises Another if it is another file or says something else meanwhile, OSError.
        """
        descriptor = os.open(file.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            status = os.fstat(descriptor)
            if (status.st_ino, status.st_mtime_ns, status.st_size) != file.bytes_of:
                raise Another
            now = merged(values(descriptor), file.traces, file.wish)
            if plan is not None and now != plan:
                raise Another
            for name, value in plan.changes.items() if plan is not None else ():
                _set(descriptor, name, value)
            return now
        finally:
            os.close(descriptor)

    def noted(self, tx: Transaction, file: Due[Wish, Traces], done: Merged) -> None:
        """The watch reads the file again, and finds nothing that is not noted."""

    def reason(self, error: OSError) -> str:
        """Why an attribute could not be written."""
        if error.errno in (errno.ENOTSUP, errno.EOPNOTSUPP):
            return "its file system has no extended attributes"
        return (error.strerror or str(error)).lower()

    def remedy(self, error: OSError) -> str:
        """What can be done about it."""
        if error.errno in (errno.ENOTSUP, errno.EOPNOTSUPP):
            return "`library.write_sidecars` writes beside the pictures"
        return remedy_of(error)


def _set(descriptor: int, name: str, value: bytes | None) -> None:
    if name not in NAMES:
        raise AssertionError(f"{name} is no attribute of ours to write")
    if value is None:
        os.removexattr(descriptor, name)
    else:
        os.setxattr(descriptor, name, value)
