"""Cut a stream of bytes into lines, as they come, up to a length."""

from __future__ import annotations


class LineTooLong(Exception):
    """A line went over the limit; the stream cannot be followed any further."""


class LineSplitter:
    """Collects bytes and hands out whole lines, without their newline. Blank lines are dropped.

    Each byte is looked at once, however the stream is chunked.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._buffer = bytearray()
        self._searched = 0

    def __len__(self) -> int:
        """Bytes that were fed and are no whole line yet."""
        return len(self._buffer)

    def feed(self, data: bytes) -> None:
        self._buffer += data

    def next_line(self) -> bytes | None:
        """Return the next whole line, or None until more bytes come; LineTooLong once one is over the limit."""
        while True:
            end = self._buffer.find(b"\n", self._searched)
            if end < 0:
                self._searched = len(self._buffer)
            if (self._searched if end < 0 else end) > self.limit:
                raise LineTooLong
            if end < 0:
                return None
            line = self._cut(end)
            if line.strip():
                return line

    def _cut(self, end: int) -> bytes:
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        self._searched = 0
        return line
