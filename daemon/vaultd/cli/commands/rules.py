"""Rules: rule add, rule list, rule run, rule remove."""

from __future__ import annotations

import os

from vaultd.cli import references
from vaultd.cli.call import Answer, Call
from vaultd.cli.command import Command, Flag, Word
from vaultd.cli.commands.changes import ORIGIN, change
from vaultd.cli.commands.searching import QUERY
from vaultd.cli.quantities import count
from vaultd.cli.screen import Screen
from vaultipc.errors import UserError


def add(call: Call) -> int:
    options = call.options
    if options.tag is None:
        raise UserError("No tag was named.", hint="vvault rule add 'path:Screenshots' --tag screenshot")

    def show(screen: Screen, answer: Answer) -> None:
        said = outcome(answer, options.tag, dry_run=options.dry_run)
        screen.say(f"{said}." if options.dry_run else f"Rule {answer['rule']}: {said}.")

    params = {"query": references.query(options.query), "tag": options.tag, **call.given("level")}
    return call.answer("rule.add", {**params, **_asked(call)}, show)


def listing(call: Call) -> int:
    def show(screen: Screen, answer: Answer) -> None:
        screen.table((">rule", "query", "level", "tag", ">pictures"), map(_row, answer["rules"]))
        for rule in answer["rules"]:
            if rule["problem"]:
                screen.say(f"rule {rule['id']} cannot be asked at present: {rule['problem']}")
        if not answer["rules"]:
            screen.say("There is no rule. `vvault rule add 'path:Screenshots' --tag screenshot` makes one.")

    return call.answer("rule.list", {}, show)


def run(call: Call) -> int:
    def show(screen: Screen, answer: Answer) -> None:
        for rule in answer["rules"]:
            said = outcome(rule, rule["tag"], dry_run=call.options.dry_run)
            screen.say(f"Rule {rule['id']}: {said}.")
        if not answer["rules"]:
            screen.say("There is no rule.")

    return call.answer("rule.run", {**call.given("rule"), **_asked(call)}, show)


def outcome(answer: Answer, tag: str, *, dry_run: bool) -> str:
    """`1 picture matches, 1 was tagged screenshot`."""
    found, changed = count(answer["matched"], "picture matches", "pictures match"), answer["changed"]
    verb = "would be" if dry_run else "was" if changed == 1 else "were"
    return f"{found}, {changed:,} {verb} tagged {tag}"


def remove(call: Call) -> int:
    return change(call, "rule.remove", {"rule": call.options.rule})


def _asked(call: Call) -> Answer:
    """What both of the commands that tag say."""
    dry = {"dry_run": True} if call.options.dry_run else {}
    return {**dry, "origin": ORIGIN, "group": f"{ORIGIN}-{os.getpid()}"}


def _row(rule: Answer) -> list[str]:
    return [rule["id"], rule["query"], rule["level"], rule["tag"], str(rule["count"])]


_DRY = Flag("dry-run", "Only say how many pictures it would tag.")
_LEVEL = Flag("level", "How alike a picture must be to what words mean: strict (if not said), default, loose.",
              choices=("strict", "default", "loose"))  # fmt: skip

COMMANDS = (
    Command("rule add", "Tag what matches a query, now and whenever it comes in or changes.", add,
            (QUERY, Flag("tag", "The tag to give; it is made where there is none.", metavar="TAG"), _LEVEL, _DRY),
            "rule.add"),
    Command("rule list", "List the rules.", listing, (), "rule.list"),
    Command("rule run", "Ask rules of the whole library again.", run,
            (Word("rule", "N", "Only this one, of `vvault rule list`.", times="?"), _DRY), "rule.run"),
    Command("rule remove", "Take a rule away, and its tag off what it alone tagged.", remove,
            (Word("rule", "N", "The number of a rule, of `vvault rule list`."),), "rule.remove"),
)  # fmt: skip
