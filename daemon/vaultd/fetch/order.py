"""What the daemon asks of the process that fetches, and what that one tells: a line of JSON each."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from vaultd.domain.provided import Provided

READY = "ready"
"""The folder of the staging folder with whole pictures, and beside each `.json` what is told of it (`Staged`)."""
WORK = "work"
"""That with what is on its way."""
PATIENCE = "the site asks for patience"
"""How the problem of a run begins that ended because of that."""


class Order(Struct, kw_only=True):
    """One run. `staging`: its folder, which outlives it; `archive`: gallery-dl's own file of what it had. `known`: the
    items that are here. `most`: new pictures at most. `whole`: show everything that there is, also what is known.

    `delay_s`: between two requests, and half as much again at random. `timeout_s`: without a byte. `file_s`: of one
    file. `credentials`, `gallery_config`: files, '' for none.
    """

    provider: str
    url: str
    staging: str
    archive: str
    known: list[str] = []
    most: int = 500
    whole: bool = False
    delay_s: float = 1.0
    timeout_s: float = 30.0
    file_s: float = 600.0
    file_bytes: int = 200 << 20
    run_bytes: int = 5000 << 20
    run_s: float = 3600.0
    keep_free: int = 1 << 30
    gallery_dl: str = "gallery-dl"
    gallery_config: str = ""
    credentials: str = ""
    agent: str = "visionary-vault"


class Staged(Struct, tag=True, kw_only=True):
    """A picture lies whole in READY as `file`. `item`: what its place calls it, for good; `name`: what it may be called
    here; `kind`: its MIME type, sniffed; `hash`: BLAKE2b-256 of its bytes, in hex."""

    file: str
    item: str
    name: str
    kind: str
    hash: str
    size: int
    told: Provided


class Seen(Struct, tag=True):
    """The place shows this item. `known`: it was fetched before."""

    item: str
    known: bool = False


class Missed(Struct, tag=True):
    """Something was not fetched: where it is, a word, a sentence."""

    item: str
    kind: str
    reason: str


class Ended(Struct, tag=True, kw_only=True):
    """The run is over. `whole`: it was shown everything that there is. `retry_s`: for so long the site wishes to be
    left in peace."""

    outcome: Literal["done", "capped", "failed"]
    problem: str = ""
    whole: bool = False
    retry_s: float | None = None


Report = Staged | Seen | Missed | Ended
