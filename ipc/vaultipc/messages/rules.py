"""Rules: queries that give tags to what comes in and what changes."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from vaultipc.messages.shared import ChangeParams

RuleLevel = Literal["strict", "default", "loose"]


class RuleAddParams(ChangeParams, kw_only=True):
    """Gives a tag to everything that matches a query, now and when it comes in or changes.

    `level`: how alike a picture must be to what words mean. `dry_run`: only tell how many match.
    """

    query: str
    tag: str
    level: RuleLevel = "strict"
    dry_run: bool = False


class RuleAdded(Struct, kw_only=True):
    """`rule`: its id, '' after a dry run. `matched`: pictures that match; `changed`: those that were given the tag."""

    action: str | None
    rule: str
    matched: int
    changed: int


class RuleInfo(Struct, kw_only=True):
    """`count`: pictures that have the tag by this rule. `problem`: why it cannot be asked at present, '' if it can."""

    id: str
    query: str
    level: RuleLevel
    tag: str
    count: int
    created: str
    problem: str


class Rules(Struct, kw_only=True):
    rules: list[RuleInfo]


class RuleRemoveParams(ChangeParams, kw_only=True):
    """Takes a rule away, and its tag off the pictures that have it by this rule alone."""

    rule: str


class RuleRunParams(ChangeParams, kw_only=True):
    """Asks a rule of the whole library again, or all of them. `dry_run`: only tell what would be tagged."""

    rule: str = ""
    dry_run: bool = False


class RuleRun(Struct, kw_only=True):
    """What one rule came to: pictures that match, and those of them that were given the tag."""

    id: str
    query: str
    tag: str
    matched: int
    changed: int


class RulesRun(Struct, kw_only=True):
    action: str | None
    rules: list[RuleRun]
