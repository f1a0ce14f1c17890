"""Conditions on a listing that stand beside a query, for those who do not want to write the query language."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from vaultipc.messages import Level

MOST = 20
"""Values of one condition."""


class Filters(BaseModel):
    """Each holds beside the others; of one that is given several times, each holds, too."""

    model_config = ConfigDict(extra="forbid")

    cursor: str = Field("", max_length=200, description="Empty for the first page, then `next` of the one before.")
    limit: int = Field(200, ge=1, le=1000)
    sort: Literal["", "date", "-date", "added", "-added", "size", "-size"] = ""
    level: Level = "default"
    q: str = Field("", description="A query, see docs/query-language.md.", examples=["red car"])
    tag: list[str] = Field([], max_length=MOST, description="A tag, and those below it.", examples=[["beach"]])
    album: list[str] = Field([], max_length=MOST)
    type: list[str] = Field([], max_length=MOST, description="jpeg, png, webp …")
    camera: list[str] = Field([], max_length=MOST)
    lens: list[str] = Field([], max_length=MOST)
    date: list[str] = Field([], max_length=MOST, description="As in a query: 2024, 2024-05, last-week.")
    after: list[str] = Field([], max_length=MOST)
    before: list[str] = Field([], max_length=MOST)
    rating: list[str] = Field([], max_length=MOST, description="As in a query: 4, >=4.")
    fav: Literal["", "yes", "no"] = ""


_WORD = re.compile(r'(?:"(?:\\.|[^"\\])*"|[^\s"])+')
_SETTING = re.compile(r"(?:sort|limit|group):", re.IGNORECASE)
_CONDITIONS = ("tag", "album", "type", "camera", "lens", "date", "after", "before", "rating")


def asked(filters: Filters) -> str:
    """Return all of it as one query."""
    conditions = [f"{name}:{_quoted(value)}" for name in _CONDITIONS for value in getattr(filters, name) if value]
    if filters.fav:
        conditions.append(f"fav:{filters.fav}")
    if not conditions or not filters.q.strip():
        return filters.q or " ".join(conditions)
    query, settings = _divided(filters.q)
    # In parentheses an OR in the query does not take the conditions for its own; settings may not stand in any.
    return " ".join([f"({query})" if query else "", *conditions, *settings]).strip()


def _divided(query: str) -> tuple[str, list[str]]:
    """What is asked, and how its answer shall be: sort:, limit:, group:. In quotes these are words."""
    settings = [word for word in _WORD.finditer(query) if _SETTING.match(word[0])]
    asks = query
    for word in reversed(settings):
        asks = asks[: word.start()] + asks[word.end() :]
    return asks.strip(), [word[0] for word in settings]


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
