"""Pictures that are sent only to be compared with: for as long as that takes they lie in a folder of ours."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import trio
from fastapi import Request

from vaultipc.errors import DiskFull
from vaultweb.described import limited
from vaultweb.problems import ProblemError

MOST_BYTES = 64 << 20
AT_ONCE = 2
"""The folder is memory on most machines: so many pictures lie in it, and others wait."""
WITHIN_S = 60.0
"""For sending one: whoever dawdles keeps others waiting."""


class Uploads:
    """The folder beside the socket, which the daemon can read and nobody else may enter."""

    def __init__(self, socket: Path) -> None:
        self._folder = socket.with_name("web-uploads")
        self._places = trio.CapacityLimiter(AT_ONCE)
        for left in self._folder.glob("*"):  # by a server that was killed
            left.unlink(missing_ok=True)

    @asynccontextmanager
    async def held(self, request: Request) -> AsyncIterator[Path]:
        """The body of a request as a file, which is gone after the block.

        Raises a problem 413 for what is longer than `MOST_BYTES`, 408 for what takes too long, DiskFull.
        """
        async with self._places:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=self._folder)
            try:
                with trio.move_on_after(WITHIN_S) as patience:
                    await _written(request, descriptor)
                if patience.cancelled_caught:
                    raise ProblemError(408, "The picture did not come within a minute.", hint="Send it again.")
                yield Path(name)
            finally:
                os.close(descriptor)
                os.unlink(name)


async def _written(request: Request, descriptor: int) -> None:
    async for chunk in limited(request, MOST_BYTES):
        try:
            await trio.to_thread.run_sync(_write, descriptor, chunk)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise DiskFull("There is no room for the picture that was sent.", hint="Send a smaller one.") from error


def _write(descriptor: int, chunk: bytes) -> None:
    rest = memoryview(chunk)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
