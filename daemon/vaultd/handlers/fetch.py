"""Pictures from elsewhere: subscribed to, listed, looked at now, paused, resumed, removed, and what runs came to."""

from __future__ import annotations

import os
from urllib.parse import quote_from_bytes

import trio

from vaultd.catalog import fetched, subscriptions, tags
from vaultd.catalog.subscriptions import Run, Subscription
from vaultd.domain.ids import is_id
from vaultd.domain.moments import rfc3339
from vaultd.fetch import schedule, sites
from vaultd.handlers.gesture import gesture, many, one
from vaultd.handlers.vault import Vault
from vaultipc.codec import display, exact
from vaultipc.errors import NotFound, Refused
from vaultipc.messages import (
    ActionResult,
    Empty,
    FetchAdded,
    FetchAddParams,
    Fetches,
    FetchFailure,
    FetchInfo,
    FetchLogParams,
    FetchNumberParams,
    FetchRun,
    FetchRunParams,
    FetchRuns,
)

FAILURES = 100


async def add(vault: Vault, params: FetchAddParams) -> FetchAdded:
    """Subscribes; the first run begins at once, unless it runs only when asked for."""
    meant = sites.target(params.url, params.provider)
    every_s = sites.every_s(params.every)
    folder = ""
    if params.into or params.into_b64:
        into = exact(params.into, params.into_b64 or None)
        folder = quote_from_bytes(await trio.to_thread.run_sync(vault.fetcher.ground.inside, into))
    wanted = Subscription(0, *_in_order(meant), every_s, params.limit, folder, None, 0, 0)
    with gesture(vault, "fetch-add", f"fetch from {meant.site}", params) as action:
        made = subscriptions.put(action, wanted, params.tag)
    return FetchAdded(action=action.id, subscription=str(made.id), provider=made.provider, site=made.site)


async def listing(vault: Vault, params: Empty) -> Fetches:
    """Every subscription, the oldest first."""
    with vault.catalog.read() as sql:
        known, counts = subscriptions.listing(sql), fetched.counts(sql)
        last = {one.id: next(iter(subscriptions.runs(sql, one.id, 1)), None) for one in known}
        names = {one.tag: tags.full_name(sql, one.tag) for one in known if one.tag is not None}
    return Fetches(
        subscriptions=[
            _info(vault, one, last[one.id], names.get(one.tag or 0, ""), counts.get(one.id, (0, 0))) for one in known
        ]
    )


async def run(vault: Vault, params: FetchRunParams) -> FetchRuns:
    """Looks now at one subscription, or at all that are not paused. Raises Refused where the network is forbidden."""
    with vault.catalog.read() as sql:
        known = [one for one in subscriptions.listing(sql) if not one.paused]
    wanted = [_named(vault, params.subscription)] if params.subscription else known
    for one_of_them in wanted:
        vault.fetcher.ask(one_of_them, whole=params.whole)
    runs = []
    for one_of_them in wanted if params.wait else ():
        newest = await vault.fetcher.settled(one_of_them.id)
        runs += [newest] if newest is not None else []
    return FetchRuns(runs=[_run(vault, one_run) for one_run in runs])


async def pause(vault: Vault, params: FetchNumberParams) -> ActionResult:
    """It is not looked at by itself until it is resumed; a run that is under way ends."""
    paused = _set_paused(vault, params, 1)
    await vault.fetcher.stop(_number(params.subscription))
    return paused


async def resume(vault: Vault, params: FetchNumberParams) -> ActionResult:
    """It is looked at by itself again; what was missed, once."""
    return _set_paused(vault, params, 0)


async def remove(vault: Vault, params: FetchNumberParams) -> ActionResult:
    """Takes a subscription away; its pictures, and what is told of them, stay."""
    found = _named(vault, params.subscription)
    with gesture(vault, "fetch-remove", f"fetch no more from {found.site}", params) as action:
        action.delete("subscriptions", {"id": found.id})
    await vault.fetcher.stop(found.id)
    await trio.to_thread.run_sync(vault.fetcher.forget_work, found.id)
    return one(action)


async def log(vault: Vault, params: FetchLogParams) -> FetchRuns:
    """The newest runs first, also those of subscriptions that were removed."""
    number = _number(params.subscription) if params.subscription else None
    with vault.catalog.read() as sql:
        runs = subscriptions.runs(sql, number, params.limit)
        if number is not None and not runs:
            subscriptions.require(sql, number)
    return FetchRuns(runs=[_run(vault, one_run) for one_run in runs])


def _set_paused(vault: Vault, params: FetchNumberParams, paused: int) -> ActionResult:
    found = _named(vault, params.subscription)
    kind = "fetch-pause" if paused else "fetch-resume"
    verb = "pause" if paused else "go on"
    with gesture(vault, kind, f"{verb} fetching from {found.site}", params) as action:
        changed = int(action.update("subscriptions", {"id": found.id}, {"paused": paused}))
    return many(action, (changed, 1 - changed), [])


def _in_order(meant: sites.Target) -> tuple[str, str, subscriptions.Provider]:
    return meant.url, meant.site, meant.provider


def _number(text: str) -> int:
    if not is_id(text):
        raise NotFound(f"“{text}” is no number of a subscription", hint="`vvault fetch list` has them")
    return int(text)


def _named(vault: Vault, text: str) -> Subscription:
    """The subscription of this id. Raises NotFound."""
    with vault.catalog.read() as sql:
        return subscriptions.require(sql, _number(text))


def _info(vault: Vault, one: Subscription, last: Run | None, tag: str, counts: tuple[int, int]) -> FetchInfo:
    due = schedule.due_at(one, last) if vault.fetcher.enabled else None
    try:
        folder, exact_folder = display(os.fsencode(vault.fetcher.ground.folder(one)))
    except Refused:
        folder, exact_folder = display(b"")
    state = "waiting" if one.every_s else "asked"
    if not vault.fetcher.enabled:
        state = "off"
    elif vault.fetcher.is_running(one.id):
        state = "running"
    elif one.paused:
        state = "paused"
    return FetchInfo(
        id=str(one.id),
        url=one.url,
        provider=one.provider,
        site=one.site,
        every=sites.spelled(one.every_s),
        limit=one.most,
        folder=folder,
        folder_b64=exact_folder,
        tag=tag,
        state=state,  # type: ignore[arg-type]
        problem=last.problem if last and last.outcome == "failed" else "",
        pictures=counts[0],
        gone=counts[1],
        created=rfc3339(one.created_at),
        last=rfc3339(last.began_at) if last else None,
        next=rfc3339(due) if due is not None else None,
    )


def _run(vault: Vault, run: Run) -> FetchRun:
    with vault.catalog.read() as sql:
        failures = subscriptions.failures(sql, run.id, FAILURES)
    return FetchRun(
        id=str(run.id),
        subscription=str(run.subscription),
        site=run.site,
        began=rfc3339(run.began_at),
        ended=rfc3339(run.ended_at) if run.ended_at is not None else None,
        outcome=run.outcome,
        whole=bool(run.whole),
        fetched=run.fetched,
        known=run.known,
        failed=run.failed,
        bytes=run.bytes,
        problem=run.problem,
        failures=[FetchFailure(item=one.item, kind=one.kind, reason=one.reason) for one in failures],
    )


HANDLERS = {
    "fetch.add": add,
    "fetch.list": listing,
    "fetch.run": run,
    "fetch.pause": pause,
    "fetch.resume": resume,
    "fetch.remove": remove,
    "fetch.log": log,
}
