"""Folders that are neither searches nor tags, and duplicates."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from vaultipc.messages.images import FilePlace
from vaultipc.messages.shared import Hit, Params


class ViewParams(Params, kw_only=True):
    view: Literal["recent", "untagged", "missing"]


class DatesParams(Params, kw_only=True):
    """Finite facets of the date taken: nothing → years; a year → its months; year and month → its images."""

    year: int = 0
    month: int = 0


class Dates(Struct, kw_only=True):
    values: list[int]
    hits: list[Hit]
    seq: int


class DuplicatesParams(Params, kw_only=True):
    level: Literal["exact"] = "exact"


class DuplicateGroup(Struct, kw_only=True):
    level: str
    best: str
    members: list[FilePlace]


class Duplicates(Struct, kw_only=True):
    groups: list[DuplicateGroup]
