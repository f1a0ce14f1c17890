"""Which bytes of a file a request asks for: Range and If-Range (RFC 9110, 13.1.5 and 14)."""

from __future__ import annotations

import re
from typing import NamedTuple

_RANGE = re.compile(r"bytes[ \t]*=[ \t]*(\d{0,18})[ \t]*-[ \t]*(\d{0,18})[ \t]*", re.IGNORECASE | re.ASCII)


class Part(NamedTuple):
    """Bytes from `start` to before `end`."""

    start: int
    end: int


class Beyond(Exception):
    """The range that was asked for has no byte of the file: 416."""


def asked_part(wanted: str, condition: str, etag: str, size: int) -> Part | None:
    """The part that a Range header asks for of `size` bytes; None where all of it is to be sent.

    All of it is also the answer to what is no range of bytes, to several ranges at once (14.2 lets a server do so),
    and where If-Range names another state than `etag`. Raises Beyond.
    """
    if not wanted or (condition and condition.strip() != etag):
        return None
    match = _RANGE.fullmatch(wanted.strip())
    if match is None or match[1] == match[2] == "":
        return None
    part = _last(int(match[2]), size) if not match[1] else _from(int(match[1]), match[2], size)
    if part is not None and part.start >= part.end:
        raise Beyond
    return part


def _last(count: int, size: int) -> Part:
    return Part(max(size - count, 0), size)


def _from(start: int, last: str, size: int) -> Part | None:
    """None for a range that ends before it starts, which is none (14.1.1)."""
    if last and int(last) < start:
        return None
    return Part(start, min(int(last) + 1, size) if last else size)
