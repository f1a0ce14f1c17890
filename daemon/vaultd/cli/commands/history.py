"""Recent searches: history, history forget, history clear."""

from __future__ import annotations

from vaultd.cli import references
from vaultd.cli.call import Answer, Call
from vaultd.cli.command import Command, Word
from vaultd.cli.screen import Screen


def history(call: Call) -> int:
    return call.answer("history", None, _show)


def forget(call: Call) -> int:
    return call.answer("history.forget", {"query": references.query(call.options.query)}, _show)


def clear(call: Call) -> int:
    return call.answer("history.clear", None, _show)


def _show(screen: Screen, answer: Answer) -> None:
    screen.table(("time", "query"), ([entry["time"], entry["query"]] for entry in answer["queries"]))


_FORGOTTEN = Word("query", "QUERY", "A query of the history.", times="+", text=True)

COMMANDS = (
    Command("history", "List the searches whose folders were opened.", history, (), "history"),
    Command("history list", "The same as `history`.", history, (), "history"),
    Command("history forget", "Forget a search of the history.", forget, (_FORGOTTEN,), "history.forget"),
    Command("history clear", "Forget all of them, for good.", clear, (), "history.clear"),
)
