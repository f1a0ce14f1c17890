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
        found = f"{count(answer['matched'], 'picture')} match"
        if options.dry_run:
            screen.say(f"{found}, {answer['changed']} would be tagged {options.tag}.")
        else:
            screen.say(f"Rule {answer['rule']}: {found}, {answer['changed']} were tagged {options.tag}.")

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
        would = "would be" if call.options.dry_run else "were"
        for rule in answer["rules"]:
            found = f"{count(rule['matched'], 'picture')} match"
            screen.say(f"Rule {rule['id']}: {found}, {rule['changed']} {would} tagged {rule['tag']}.")
        if not answer["rules"]:
            screen.say("There is no rule.")

    return call.answer("rule.run", {**call.given("rule"), **_asked(call)}, show)


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
