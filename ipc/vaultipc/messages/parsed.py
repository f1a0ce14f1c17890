"""The parts of a query, where they stand in its text: for those who show them one by one."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from vaultipc.messages.shared import Params

PartKind = Literal["word", "phrase", "field", "like", "setting", "sign", "or", "open", "close"]


class ParseParams(Params, kw_only=True):
    query: str


class QueryPart(Struct, kw_only=True):
    """`text` is the query's, in Unicode's form NFC, from `start` to `end`, in characters (code points).

    `kind`: `word`; `phrase`, in quotes; `field`, as `tag:x`; `like`; `setting`, of the whole query, as `sort:date`;
    `sign`, the + or - between terms of a sum; `or`; `open` and `close`, parentheses. A `-` or a weight that touches a
    part belongs to it. `negated`: what matches it is left out, by itself or by parentheses around it. `field`, and
    `value` without quotes, of fields, likes and settings. `weight`: how much it counts, where that is said.
    """

    text: str
    start: int
    end: int
    kind: PartKind
    negated: bool = False
    field: str = ""
    value: str = ""
    weight: float = 1.0


class Parsed(Struct, kw_only=True):
    """`canonical` is what the query is known by; the parts stand in the order of the text that was given."""

    canonical: str
    parts: list[QueryPart]
