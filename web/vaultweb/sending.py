"""Files of the disk as answers: opened once, so that what was looked at is what is sent, and read a piece at a time."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass

import trio
from fastapi import Request, Response

from vaultweb.asking import is_named
from vaultweb.problems import ProblemError
from vaultweb.ranges import Beyond, Part, asked_part
from vaultweb.streamed import Streamed

PIECE = 1 << 18
"""Bytes read, and held, at once."""
PATIENCE_S = 15.0
"""For a disk to open a file: one that sleeps takes ten seconds, a share that is gone for ever."""
_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
SANDBOX = {"Content-Security-Policy": "sandbox; default-src 'none'", "X-Content-Type-Options": "nosniff"}
"""What comes from files is shown, and does nothing."""


@dataclass
class Opened:
    """A regular file that is open. `close` it, or have it sent, which closes it."""

    descriptor: int
    status: os.stat_result

    def close(self) -> None:
        os.close(self.descriptor)

    async def read(self, offset: int, count: int) -> bytes:
        """Bytes at `offset`, fewer at the end of the file. Raises OSError."""
        return await trio.to_thread.run_sync(os.pread, self.descriptor, count, offset)


async def opened(path: bytes) -> Opened:
    """Open a file for reading. Raises OSError, also for what is no regular file and for a disk that does not answer."""
    opening = _Opening(path)
    with trio.move_on_after(PATIENCE_S):
        try:
            return await trio.to_thread.run_sync(opening.run, abandon_on_cancel=True)
        except trio.Cancelled:
            opening.is_given_up = True
            raise
    raise TimeoutError(errno.ETIMEDOUT, "the disk does not answer")


class _Opening:
    """Opens a file in a thread. Where nobody waits for it any more it is closed again."""

    def __init__(self, path: bytes) -> None:
        self._path = path
        self.is_given_up = False

    def run(self) -> Opened:
        # A pipe in the place of a picture would make whoever opens it wait.
        file = Opened(descriptor := os.open(self._path, _FLAGS), os.fstat(descriptor))
        if self.is_given_up or not stat.S_ISREG(file.status.st_mode):
            file.close()
            raise OSError(errno.EINVAL, "it is no file any more")
        return file


def sent(request: Request, file: Opened, etag: str, headers: Mapping[str, str]) -> Response:
    """The file, or the part of it that is asked for; 304 where the asker has it. Closes it. Raises a problem 416."""
    size = file.status.st_size
    told = {"ETag": etag, "Accept-Ranges": "bytes", **SANDBOX, **headers}
    try:
        if is_named(etag, request.headers.get("if-none-match", "")):
            file.close()
            return Response(status_code=304, headers=told)
        part = asked_part(request.headers.get("range", ""), request.headers.get("if-range", ""), etag, size)
    except Beyond:
        file.close()
        raise ProblemError(
            416, f"The file has {size} bytes, none of them in that range.", headers={"Content-Range": f"bytes */{size}"}
        ) from None
    start, end = part or Part(0, size)
    told["Content-Length"] = str(end - start)
    if part is not None:
        told["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    if request.method == "HEAD":
        file.close()
        return Response(status_code=206 if part else 200, headers=told)
    return Streamed(pieces(file, start, end), told, status=206 if part else 200, close=file.close)


async def pieces(file: Opened, start: int, end: int) -> AsyncGenerator[bytes]:
    """The bytes of a part. A file that became shorter ends the answer early, which the connection tells by closing."""
    while start < end:
        piece = await file.read(start, min(PIECE, end - start))
        if not piece:
            return
        start += len(piece)
        yield piece
