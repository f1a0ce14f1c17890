"""A selection as a stream of a zip file. However many pictures it has, only a piece of one is held, and all names."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from vaultipc.errors import UserError
from vaultweb.exporting.archive import Archive
from vaultweb.exporting.items import Item
from vaultweb.exporting.naming import Names
from vaultweb.sending import PIECE, opened

LEFT_OUT = "NOT EXPORTED.txt"
"""A file of the archive that is there only where something is missing in it."""


async def zipped(wanted: AsyncIterator[Item]) -> AsyncGenerator[bytes]:
    """The bytes of the archive. What cannot be read is left out, and named in a file of its own at the end."""
    archive, names, left_out = Archive(), Names(), list[str]()
    names.new(LEFT_OUT)
    try:
        async for item in wanted:
            async with aclosing(_one(archive, names, item, left_out)) as pieces:
                async for piece in pieces:
                    yield piece
    except UserError as error:
        left_out.append(f"Everything from here on: {error.message}")
    if left_out:
        yield _whole(archive, LEFT_OUT, "".join(f"{line}\n" for line in left_out).encode(), time.time())
    yield archive.close()


async def _one(archive: Archive, names: Names, item: Item, left_out: list[str]) -> AsyncGenerator[bytes]:
    name, begun = names.new(item.name), False
    try:
        if item.path is None:
            raise FileNotFoundError(0, "its drive is away, or it is gone")
        file = await opened(item.path)
        try:
            most, at = file.status.st_size, 0
            yield archive.begin(name, file.status.st_mtime, most)
            begun = True
            while at < most and (piece := await file.read(at, min(PIECE, most - at))):
                archive.take(piece)
                at += len(piece)
                yield piece
            if at < most:
                left_out.append(f"{name}: only in part, it became shorter while it was read")
        finally:
            file.close()
    except OSError as error:
        left_out.append(f"{name}: {'only in part, ' if begun else ''}{error.strerror or error}")
    if begun:
        yield archive.end()
        if item.sidecar:
            yield _whole(archive, names.new(f"{name}.xmp"), item.sidecar, item.mtime)


def _whole(archive: Archive, name: str, data: bytes, mtime: float) -> bytes:
    head = archive.begin(name, mtime, len(data))
    archive.take(data)
    return head + data + archive.end()
