"""Pictures from elsewhere: what is fetched and how that went; looking now, pausing, going on, fetching no more.

Subscribing is left to the command line: a page shall not say which addresses this machine calls.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Path, Query, Response

from vaultipc.messages import (
    ActionResult,
    Fetches,
    FetchLogParams,
    FetchNumberParams,
    FetchRun,
    FetchRunParams,
    FetchRuns,
)
from vaultweb.addresses import shown
from vaultweb.asking import Daemon, passed_on, told
from vaultweb.connections import Connections
from vaultweb.described import gives
from vaultweb.wanted import ORIGIN

router = APIRouter(tags=["fetch"])

SubscriptionId = Annotated[str, Path(pattern="^[0-9]{1,18}$", description="Number of a subscription.", examples=["1"])]
_SUBSCRIPTION = {
    "id": "1", "url": "https://example.org/feed.xml?key=…", "provider": "feed", "site": "example.org", "every": "1d",
    "limit": 0, "folder": "/home/me/Pictures/Fetched/example.org", "tag": "fetched/example", "state": "waiting",
    "problem": "", "pictures": 12, "gone": 1, "created": "2024-05-01T10:00:00Z", "last": "2024-05-03T10:00:02Z",
    "next": "2024-05-04T10:00:02Z",
}  # fmt: skip
_RUN = {
    "id": "7", "subscription": "1", "site": "example.org", "began": "2024-05-03T10:00:02Z",
    "ended": "2024-05-03T10:00:09Z", "outcome": "done", "whole": False, "fetched": 3, "known": 9, "failed": 1,
    "bytes": 1843200, "problem": "",
    "failures": [{"item": "https://example.org/4.jpg", "kind": "no-picture", "reason": "what came is no picture"}],
}  # fmt: skip


@router.get("/api/fetch", **gives(Fetches, example={"subscriptions": [_SUBSCRIPTION]}))
async def subscriptions(daemon: Daemon) -> Response:
    """What is fetched, how often, and how that stands. Addresses are told without what may be a key in them."""
    found: Fetches = await daemon.call("fetch.list")
    for one in found.subscriptions:
        one.url, one.problem = shown(one.url), shown(one.problem)
    return told(found)


@router.get("/api/fetch/{id}/log", **gives(FetchRuns, example={"runs": [_RUN]}, fails=(404,)))
async def log(daemon: Daemon, id: SubscriptionId, limit: Annotated[int, Query(ge=1, le=1000)] = 20) -> Response:
    """The newest runs of a subscription, and what each could not fetch and why."""
    found: FetchRuns = await daemon.call("fetch.log", FetchLogParams(subscription=id, limit=limit))
    return told(FetchRuns(runs=[_shown(run) for run in found.runs]))


@router.post("/api/fetch/{id}/run", **gives(FetchRuns, example={"runs": []}, fails=(404,), status=202))
async def run(
    daemon: Daemon,
    id: SubscriptionId,
    whole: Annotated[bool, Query(description="Also at what is known, to see what is gone.")] = False,
) -> Response:
    """Look now at what a subscription has. The answer does not wait for it: the log tells how it went."""
    begun: FetchRuns = await daemon.call("fetch.run", FetchRunParams(subscription=id, whole=whole))
    answer = told(begun)
    answer.status_code = 202
    return answer


@router.post("/api/fetch/{id}/pause", **gives(ActionResult, fails=(404,)))
async def pause(daemon: Daemon, id: SubscriptionId) -> Response:
    """Look at a subscription no more by itself, until it is resumed. A run that is under way ends."""
    return await _change(daemon, "fetch.pause", id)


@router.post("/api/fetch/{id}/resume", **gives(ActionResult, fails=(404,)))
async def resume(daemon: Daemon, id: SubscriptionId) -> Response:
    """Look at a paused subscription again; what was missed is made up for, once."""
    return await _change(daemon, "fetch.resume", id)


@router.delete("/api/fetch/{id}", **gives(ActionResult, fails=(404,)))
async def remove(daemon: Daemon, id: SubscriptionId) -> Response:
    """Take a subscription away. Its pictures, and what is told of them, stay; undoing it brings it back."""
    return await _change(daemon, "fetch.remove", id)


async def _change(daemon: Connections, method: str, subscription: str) -> Response:
    return await passed_on(daemon, method, FetchNumberParams(subscription=subscription, origin=ORIGIN))


def _shown(run: FetchRun) -> FetchRun:
    failures = [msgspec.structs.replace(one, item=shown(one.item), reason=shown(one.reason)) for one in run.failures]
    return msgspec.structs.replace(run, problem=shown(run.problem), failures=failures)
