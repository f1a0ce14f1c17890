"""The form in which everything a person said leaves the library and comes back: one JSON object.

Pictures are named by their content (BLAKE2b-256 of the bytes, in hex), so it fits any library that holds them, wherever
they lie. `paths` are for people and other programs; nothing is found by them.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from vaultipc.messages.fetch import FetchProvider

FORMAT = "visionary-vault export"
VERSION = 1
FILE = "vault.json"


class Rejected(Struct, frozen=True):
    """A tag that another source gives and the person took off."""

    tag: str
    source: str


class SaidOfImage(Struct, frozen=True, kw_only=True):
    """`tags`: full names, with '/'; `ruled`: those that rules gave. `texts`: by kind. `rating`: 0 for none."""

    hash: str
    paths: list[str] = []
    tags: list[str] = []
    ruled: list[str] = []
    rejected: list[Rejected] = []
    favourite: bool = False
    rating: int = 0
    texts: dict[str, str] = {}


class Album(Struct, frozen=True, kw_only=True):
    """`images`: contents, in the album's order."""

    name: str
    images: list[str] = []


class Saved(Struct, frozen=True, kw_only=True):
    name: str
    query: str
    level: Literal["strict", "default", "loose", "all"] = "default"


class RuleSaid(Struct, frozen=True, kw_only=True):
    query: str
    tag: str
    level: Literal["strict", "default", "loose"] = "strict"


class SubscriptionSaid(Struct, frozen=True, kw_only=True):
    """What is fetched from elsewhere. Taken in, it is paused: a library begins nothing by itself."""

    url: str
    site: str
    provider: FetchProvider
    every_s: int = 86_400
    limit: int = 0
    tag: str = ""


class Verdict(Struct, frozen=True, kw_only=True):
    query: str
    image: str
    verdict: Literal["hide", "prefer"]


class Said(Struct, frozen=True, kw_only=True):
    """`tags`: every tag that a person made, those that no picture has included."""

    format: str = FORMAT
    version: int = VERSION
    made_at: str = ""
    tags: list[str] = []
    albums: list[Album] = []
    saved: list[Saved] = []
    rules: list[RuleSaid] = []
    subscriptions: list[SubscriptionSaid] = []
    feedback: list[Verdict] = []
    images: list[SaidOfImage] = []
