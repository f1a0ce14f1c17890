"""Rules: queries that give tags to what comes in and what changes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from msgspec import Meta

from vaultipc.messages import (
    ActionResult,
    RuleAdded,
    RuleAddParams,
    RuleLevel,
    RuleRemoveParams,
    RuleRunParams,
    Rules,
    RulesRun,
)
from vaultweb.asking import Daemon, passed_on
from vaultweb.described import body, gives
from vaultweb.wanted import ORIGIN, Wanted

router = APIRouter(tags=["rules"])

_ID = "^[0-9]{1,19}$"


class RuleWanted(Wanted):
    """A tag for all that matches a query, now and later. `dry_run`: only tell how many do."""

    query: str
    tag: Annotated[str, Meta(min_length=1, max_length=1000)]
    level: RuleLevel = "strict"
    dry_run: bool = False


class RunWanted(Wanted):
    """One rule, or all of them."""

    rule: Annotated[str, Meta(pattern="^([0-9]{1,19})?$")] = ""
    dry_run: bool = False


@router.get("/api/rules", **gives(Rules))
async def rules(daemon: Daemon) -> Response:
    """The rules, each with how many pictures have its tag by it."""
    return await passed_on(daemon, "rule.list")


@router.post(
    "/api/rules",
    **gives(RuleAdded, takes=RuleWanted, sent={"query": "red car", "tag": "cars"}, fails=(400, 409, 413)),
)
async def add(daemon: Daemon, wanted: Annotated[RuleWanted, Depends(body(RuleWanted))]) -> Response:
    """Make a rule, and ask it of all that is there."""
    params = RuleAddParams(
        query=wanted.query,
        tag=wanted.tag,
        level=wanted.level,
        dry_run=wanted.dry_run,
        origin=ORIGIN,
    )
    return await passed_on(daemon, "rule.add", params)


@router.post("/api/rules/run", **gives(RulesRun, takes=RunWanted, sent={"rule": "2", "dry_run": True}, fails=(404,)))
async def run(daemon: Daemon, wanted: Annotated[RunWanted, Depends(body(RunWanted))]) -> Response:
    """Ask rules of the whole library again."""
    return await passed_on(daemon, "rule.run", RuleRunParams(rule=wanted.rule, dry_run=wanted.dry_run, origin=ORIGIN))


@router.delete("/api/rules/{rule}", **gives(ActionResult, fails=(404,)))
async def remove(daemon: Daemon, rule: Annotated[str, Path(pattern=_ID, description="A rule's id.")]) -> Response:
    """Take a rule away, and its tag off the pictures that have it by this rule alone."""
    return await passed_on(daemon, "rule.remove", RuleRemoveParams(rule=rule, origin=ORIGIN))
