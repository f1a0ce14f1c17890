"""Layouts of more pictures than the daemon tells of at once, put together unread.

A hundred thousand pictures are megabytes of JSON. Read and written again here, they would keep this one process from
sending the pictures that are looked at meanwhile.
"""

from __future__ import annotations

import msgspec

from vaultipc.messages import LayoutParams, Level
from vaultipc.messages.gallery import MOST_IN_LAYOUT
from vaultweb.connections import Connections

_COLUMNS = ("ids", "widths", "heights", "days", "colours", "contents")
_Page = dict[str, msgspec.Raw]


class _Ids(msgspec.Struct):
    ids: list[str]


async def whole(daemon: Connections, params: LayoutParams, page: int = MOST_IN_LAYOUT) -> bytes:
    """The answer to `params` with all its rows, of which the daemon is asked for `page` at a time."""
    answer = await daemon.raw("layout", msgspec.structs.replace(params, limit=page))
    pages = [msgspec.json.decode(answer, type=_Page)]
    total, snapshot = int(bytes(pages[0]["total"])), msgspec.json.decode(pages[0]["snapshot"], type=str)
    # A page may have fewer rows than it has places: what was forgotten since is left out.
    for offset in range(page, total, page):
        rest = LayoutParams(snapshot=snapshot, offset=offset, limit=page)
        pages.append(msgspec.json.decode(await daemon.raw("layout", rest), type=_Page))
    return _joined(pages) if len(pages) > 1 else answer


async def ids(daemon: Connections, query: str, level: Level, page: int = MOST_IN_LAYOUT) -> list[str]:
    """The ids of all that a query matches."""
    answer = await whole(daemon, LayoutParams(query=query, level=level), page)
    return msgspec.json.decode(answer, type=_Ids).ids


def _joined(pages: list[_Page]) -> bytes:
    all_rows = dict(pages[0])
    for name in _COLUMNS:
        parts = [bytes(page[name])[1:-1] for page in pages]
        all_rows[name] = msgspec.Raw(b"[" + b",".join(part for part in parts if part) + b"]")
    return msgspec.json.encode(all_rows)
