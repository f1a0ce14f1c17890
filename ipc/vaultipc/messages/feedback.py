"""Feedback: what a person says of a query's results."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from vaultipc.messages.shared import ChangeParams, Params

Verdict = Literal["hide", "prefer"]


class VerdictParams(ChangeParams, kw_only=True):
    """`images`: ids or absolute paths. An image has one verdict of a query: the other one takes its place.

    `remove` takes this verdict back. What is said holds for the query's conditions, whatever `sort:`, `limit:` or
    `group:` stand beside them, and at every level.
    """

    query: str
    images: list[str] = []
    images_b64: list[str] = []
    remove: bool = False


class FeedbackParams(Params, kw_only=True):
    """`query`: only what was said of this one."""

    query: str = ""


class FeedbackEntry(Struct, kw_only=True):
    """`query` is canonical; `name` is that of a file of the image, empty if none is known any more."""

    query: str
    id: str
    name: str
    verdict: Verdict
    time: str


class Feedback(Struct, kw_only=True):
    """The newest first."""

    feedback: list[FeedbackEntry]
