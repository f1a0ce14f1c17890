"""Bytes that come from outside, written to disk within limits."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from vaultd.fetch.order import Order

PART_BYTES = 1 << 16


class Unfetched(Exception):
    """One file cannot be had. `kind`: a word for `fetch log`; the text is a sentence."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind


class Bounded:
    """Counts what comes. Raises Unfetched beyond `most` bytes, or after the time of one file."""

    def __init__(self, order: Order, most: int) -> None:
        self._most = most
        self._seconds = order.file_s
        self._until = time.monotonic() + order.file_s
        self.count = 0

    def add(self, length: int) -> None:
        """So many bytes more have come."""
        self.count += length
        if self.count > self._most:
            raise Unfetched("too-large", f"it has more than {self._most / (1 << 20):g} MiB")
        if time.monotonic() > self._until:
            raise Unfetched("too-slow", f"it was not here after {self._seconds:g} seconds")


def received(read: Callable[[int], bytes], order: Order, path: Path) -> int:
    """Writes what `read` gives, until it gives nothing, to a file; returns how much that was. Raises Unfetched."""
    bounds = Bounded(order, order.file_bytes)
    with path.open("wb") as file:
        _pour(read, bounds, file)
    return bounds.count


def _pour(read: Callable[[int], bytes], bounds: Bounded, file: BinaryIO) -> None:
    while part := read(PART_BYTES):
        bounds.add(len(part))
        file.write(part)


def inflated(read: Callable[[int], bytes], encoding: str) -> Callable[[int], bytes]:
    """A reader of what was sent compressed (RFC 9110: gzip, deflate), a bounded piece at a time. Raises Unfetched."""
    if encoding in ("", "identity"):
        return read
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise Unfetched("encoding", f"it was sent in the encoding “{encoding[:40]}”, which was not asked for")
    machine = zlib.decompressobj(zlib.MAX_WBITS | 32)

    def unpacked(size: int) -> bytes:
        while not machine.eof:
            packed = machine.unconsumed_tail or read(size)
            try:
                part = machine.decompress(packed, size)
            except zlib.error:
                raise Unfetched("encoding", "what was sent compressed is damaged") from None
            if part or not packed:
                return part
        return b""

    return unpacked
