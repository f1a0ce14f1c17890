"""Saved searches: save, saved, saved rename, saved remove."""

from __future__ import annotations

from vaultd.cli import references
from vaultd.cli.call import Answer, Call
from vaultd.cli.command import Command, Flag, Word
from vaultd.cli.commands.changes import change, one_change
from vaultd.cli.commands.searching import LEVEL, QUERY
from vaultd.cli.screen import Screen

NAME = Word("name", "NAME", "The name of a saved search.")


def save(call: Call) -> int:
    query = references.query(call.options.query)
    return change(call, "save", {"name": call.options.name, "query": query, **call.given("level", "replace")})


def saved(call: Call) -> int:
    def show(screen: Screen, answer: Answer) -> None:
        screen.table(("name", "query", "level", ">pictures"), map(_row, answer["saved"]))

    return call.answer("saved", call.given("count"), show)


def rename(call: Call) -> int:
    return one_change(call, "saved.rename", name=call.options.name, to=call.options.to)


def remove(call: Call) -> int:
    return one_change(call, "saved.delete", name=call.options.name)


def _row(entry: Answer) -> list[str]:
    count = "" if entry["count"] is None else str(entry["count"])
    return [entry["name"], entry["query"], entry["level"], count]


COMMANDS = (
    Command("save", "Save a search under a name; it is a folder of `saved/`.", save,
            (NAME, QUERY, LEVEL, Flag("replace", "Change the query of an existing one.")), "save"),
    Command("saved", "List the saved searches.", saved, (Flag("count", "Also count what each matches."),), "saved"),
    Command("saved rename", "Rename a saved search.", rename, (NAME, Word("to", "NEW", "The new name.")),
            "saved.rename"),
    Command("saved remove", "Delete a saved search; its pictures stay.", remove, (NAME,), "saved.delete"),
)  # fmt: skip
