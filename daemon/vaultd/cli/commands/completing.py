"""`complete`: how a query may go on, for a person, a program, or a shell."""

from __future__ import annotations

import re
from typing import Any, get_args

import msgspec

from vaultd.cli import references
from vaultd.cli.call import Answer, Call
from vaultd.cli.command import Command, Flag, Word
from vaultd.cli.quantities import at_least
from vaultd.cli.screen import Screen
from vaultd.cli.typed import Shell, insertion, name_of, query_of
from vaultipc.blocking import Client
from vaultipc.errors import EXIT_DONE, UserError

PATIENCE_S = 1.0
"""A shell waits no longer, whatever the daemon does."""


def complete(call: Call) -> int:
    if call.options.line:
        return _for_shell(call, call.options.line, " ".join(call.options.text))
    return call.answer("complete", {"text": references.query(call.options.text), **call.given("limit")}, _show)


def _show(screen: Screen, answer: Answer) -> None:
    screen.table(("text", "kind", ">pictures", "about"), map(_row, answer["completions"]))


def _row(one: Answer) -> list[str]:
    return [one["text"], one["kind"], "" if one["count"] is None else str(one["count"]), one["about"]]


def _for_shell(call: Call, shell: Shell, line: str) -> int:
    """One proposal a line. Whoever presses a key wants no error: where nothing can be proposed, nothing is."""
    from vaultd.cli.registry import COMMANDS

    query, named = query_of(line, COMMANDS), name_of(line, COMMANDS)
    if query is not None:
        answer = _asked(call, query.text)
        for one in answer["completions"]:
            _propose(call, shell, insertion(shell, query, answer["start"], one["text"]), one)
    elif named is not None:
        kind, typed = named
        for one in _asked(call, f'{kind}:"{_escaped(typed.text)}')["completions"]:
            _propose(call, shell, insertion(shell, typed, 0, _plain(one["text"])), one)
    return EXIT_DONE


def _propose(call: Call, shell: Shell, text: str | None, one: Answer) -> None:
    if text is not None:
        call.screen.line(text if shell != "fish" else f"{text}\t{_told(one)}")


def _escaped(name: str) -> str:
    """A name as it stands inside the quotes of a query."""
    return name.replace("\\", "\\\\").replace('"', '\\"')


def _plain(value: str) -> str:
    """The name that a value of a query means."""
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value


def _asked(call: Call, text: str) -> Answer:
    try:
        with Client(call.socket, PATIENCE_S) as client:
            found: Any = msgspec.json.decode(client.call_raw("complete", {"text": text, **call.given("limit")}))
    except (UserError, UnicodeEncodeError):
        return {"start": 0, "completions": []}
    answer: Answer = found
    return answer


def _told(one: Answer) -> str:
    counted = "" if one["count"] is None else str(one["count"])
    return one["about"] or f"{one['kind']} {counted}".rstrip()


COMMANDS = (
    Command("complete", "Say how a query that is being typed may go on.", complete,
            (Word("text", "TEXT", "The query up to the cursor.", times="*", text=True),
             Flag("limit", "Propose at most N (default: 20).", metavar="N", kind=at_least(1)),
             Flag("line", "TEXT is a whole command line of this shell; propose what it may insert.",
                  choices=get_args(Shell))), "complete"),
)  # fmt: skip
