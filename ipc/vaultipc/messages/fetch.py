"""Pictures from elsewhere: what is fetched, how often, and how that went."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from vaultipc.messages.shared import ChangeParams, Params

FetchProvider = Literal["gallery", "feed", "webdav", "sftp"]
FetchState = Literal["running", "waiting", "asked", "paused", "off"]
FetchOutcome = Literal["running", "done", "capped", "failed", "cut"]


class FetchAddParams(ChangeParams, kw_only=True):
    """Subscribes to an address; its first run begins at once.

    `provider`: who fetches it, '' for what the address looks like. `every`: `12h`, `1d`, `2w`, or `never` for only when
    it is asked for. `limit`: new pictures of one run at most, 0 for as many as the configuration says. `into`: an
    absolute folder of the library, '' for `Fetched/SITE` in the first one. `tag`: what its pictures are tagged with.
    """

    url: str
    provider: FetchProvider | Literal[""] = ""
    every: str = "1d"
    limit: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    into: str = ""
    into_b64: str = ""
    tag: str = ""


class FetchAdded(Struct, kw_only=True):
    """`subscription`: its id."""

    action: str | None
    subscription: str
    provider: FetchProvider
    site: str


class FetchInfo(Struct, kw_only=True):
    """`folder`: where its pictures go, '' while no folder of the library can be reached. `state`: `asked`, if it only
    runs when asked for; `off`, if the configuration forbids the network. `problem`: why the last run failed, '' if it
    did not. `pictures`: that were fetched; `gone`: those of them that its place shows no more. `next`: when it runs
    again, None for not by itself."""

    id: str
    url: str
    provider: FetchProvider
    site: str
    every: str
    limit: int
    folder: str
    folder_b64: str | UnsetType = UNSET
    tag: str
    state: FetchState
    problem: str
    pictures: int
    gone: int
    created: str
    last: str | None
    next: str | None


class Fetches(Struct, kw_only=True):
    subscriptions: list[FetchInfo]


class FetchRunParams(Params, kw_only=True):
    """Has one subscription, or all that are not paused, looked at now. `whole`: also at what is known, to see what is
    gone. `wait`: answer when it is done."""

    subscription: str = ""
    whole: bool = False
    wait: bool = False


class FetchNumberParams(ChangeParams, kw_only=True):
    """A change of one subscription. What was fetched, and what is told of it, stays."""

    subscription: str


class FetchLogParams(Params, kw_only=True):
    """The newest runs, of one subscription or of all."""

    subscription: str = ""
    limit: Annotated[int, Meta(ge=1, le=1000)] = 20


class FetchFailure(Struct, kw_only=True):
    """What was not fetched: where it is, a word, a sentence."""

    item: str
    kind: str
    reason: str


class FetchRun(Struct, kw_only=True):
    """One look at what a subscription has. `known`: pictures that were here already. `outcome`: capped, if more is left
    for another time; cut, if the daemon ended. `failures`: the first hundred."""

    id: str
    subscription: str
    site: str
    began: str
    ended: str | None
    outcome: FetchOutcome
    whole: bool
    fetched: int
    known: int
    failed: int
    bytes: int
    problem: str
    failures: list[FetchFailure]


class FetchRuns(Struct, kw_only=True):
    runs: list[FetchRun]
