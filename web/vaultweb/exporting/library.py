"""What a person said of all their pictures, as one archive.

The daemon exports into folders only. One that nobody else may enter is made for it, packed, and gone before the archive
is sent.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import trio

from vaultipc.errors import DiskFull, Refused
from vaultipc.messages import ExportParams
from vaultweb.connections import Connections
from vaultweb.sending import Opened

_PREFIX = "visionary-vault-"


async def library(daemon: Connections, name: str) -> Opened:
    """The archive, of one folder `name`. No name of the disk leads to it: closed, it is gone.

    What is fetched from where is left out, for addresses may hold keys. Raises what the daemon answers, DiskFull,
    Refused.
    """
    with _writing():
        scratch = await trio.to_thread.run_sync(partial(tempfile.mkdtemp, prefix=_PREFIX))
    try:
        folder = Path(scratch, name)
        await daemon.call("export", ExportParams(to=str(folder), subscriptions=False))
        with _writing():
            return await trio.to_thread.run_sync(_packed, folder)
    finally:
        with trio.CancelScope(shield=True):
            await trio.to_thread.run_sync(partial(shutil.rmtree, scratch, ignore_errors=True))


def _packed(folder: Path) -> Opened:
    with tempfile.TemporaryFile() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(folder.rglob("*")):
                if path.is_file():
                    archive.write(path, _named(path.relative_to(folder.parent)))
        file.flush()
        return Opened(os.dup(file.fileno()), os.fstat(file.fileno()))


def _named(path: Path) -> str:
    """Names in an archive are text, those of pictures need not be."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


@contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(
                "There is no room for the archive.", hint=f"Make room in {tempfile.gettempdir()}."
            ) from error
        raise Refused(f"The archive cannot be made: {error.strerror}.") from error
