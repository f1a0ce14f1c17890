"""Rules: made, listed, asked again, and taken away."""

from __future__ import annotations

import secrets

import trio

from vaultd.catalog import rules, tags
from vaultd.catalog.rules import Rule
from vaultd.catalog.store import now_ms
from vaultd.domain.ids import is_id
from vaultd.domain.moments import rfc3339
from vaultd.handlers.gesture import gesture, many
from vaultd.handlers.vault import Vault
from vaultd.rules.asking import asked
from vaultd.rules.ruler import Gesture
from vaultipc.errors import NotFound
from vaultipc.messages import (
    ActionResult,
    Empty,
    RuleAdded,
    RuleAddParams,
    RuleInfo,
    RuleRemoveParams,
    RuleRun,
    RuleRunParams,
    Rules,
    RulesRun,
)


async def add(vault: Vault, params: RuleAddParams) -> RuleAdded:
    """Makes a rule and asks it of the whole library, all of which is one action; returns when that is done."""
    name = "/".join(tags.new_components(params.tag))
    asked(params.query)
    if params.dry_run:
        tried = await vault.ruler.try_out(_unmade(vault, params, name))
        return RuleAdded(action=None, rule="", matched=tried.matched, changed=tried.given)
    params.group = params.group or _group()
    summary = f"rule: {name} for {params.query}"
    with gesture(vault, "rule-add", summary, params) as action:
        rule = rules.put(action, params.query, params.level, name)
    given = await vault.ruler.ask(rule, Gesture("rule-add", summary, params.origin, params.group))
    return RuleAdded(action=action.id, rule=str(rule.id), matched=given.matched, changed=given.given)


async def listing(vault: Vault, params: Empty) -> Rules:
    """Every rule, the oldest first."""

    def read() -> list[tuple[Rule, str, int]]:
        with vault.catalog.read() as sql:
            known = rules.listing(sql)
            return [(rule, tags.full_name(sql, rule.tag), rules.count(sql, rule)) for rule in known]

    found = await trio.to_thread.run_sync(read)
    return Rules(rules=[_info(vault, rule, name, count) for rule, name, count in found])


async def remove(vault: Vault, params: RuleRemoveParams) -> ActionResult:
    """Takes a rule away, and its tag off what it alone tagged."""
    rule = _named(vault, params.rule)
    with vault.catalog.read() as sql:
        name = tags.full_name(sql, rule.tag)
    with gesture(vault, "rule-remove", f"remove rule {rule.id}: {name} for {rule.query}", params) as action:
        count = rules.remove(action, rules.require(action.tx.sql, rule.id))
    return many(action, (count, 0), [])


async def run(vault: Vault, params: RuleRunParams) -> RulesRun:
    """Asks a rule of the whole library again, or all of them."""
    with vault.catalog.read() as sql:
        known = rules.listing(sql)
        names = {rule.id: tags.full_name(sql, rule.tag) for rule in known}
    wanted = [_named(vault, params.rule)] if params.rule else known
    group, number, told = params.group or _group(), None, []
    for rule in wanted:
        once = Gesture("rule-run", f"run rule {rule.id}: {rule.query}", params.origin, group)
        given = await (vault.ruler.try_out(rule) if params.dry_run else vault.ruler.ask(rule, once))
        number = number or given.action
        told.append(
            RuleRun(id=str(rule.id), query=rule.query, tag=names[rule.id], matched=given.matched, changed=given.given)
        )
    return RulesRun(action=number, rules=told)


def _unmade(vault: Vault, params: RuleAddParams, name: str) -> Rule:
    """The rule that would be made; ids from 1 on are those of rules and tags that there are."""
    with vault.catalog.read() as sql:
        return Rule(0, params.query, params.level, tags.find(sql, name) or 0, now_ms())


def _named(vault: Vault, number: str) -> Rule:
    """The rule of this id. Raises NotFound."""
    if not is_id(number):
        raise NotFound(f"“{number}” is no number of a rule", hint="`vvault rule list` has them")
    with vault.catalog.read() as sql:
        return rules.require(sql, int(number))


def _group() -> str:
    """A group of its own, so that all parts of what is done join one action."""
    return f"rule {secrets.token_hex(8)}"


def _info(vault: Vault, rule: Rule, name: str, count: int) -> RuleInfo:
    return RuleInfo(
        id=str(rule.id),
        query=rule.query,
        level=rule.level,
        tag=name,
        count=count,
        created=rfc3339(rule.created_at),
        problem=vault.ruler.problems.get(rule.id, ""),
    )


HANDLERS = {"rule.add": add, "rule.list": listing, "rule.remove": remove, "rule.run": run}
