"""Saved searches: save, saved, saved rename, saved remove."""

from __future__ import annotations

from vaultd.cli import references
from vaultd.cli.call import Answer, Call
from vaultd.cli.command import Command, Flag, Word
from vaultd.cli.commands.changes import change, one_change
from vaultd.cli.commands.searching import LEVEL, QUERY
from vaultd.cli.invocation import spelled
from vaultd.cli.quantities import at_least
from vaultd.cli.screen import Screen
from vaultipc.errors import EXIT_DONE, EXIT_NOTHING, UserError

NAME = Word("name", "NAME", "The name of a saved search.")


def save(call: Call) -> int:
    query = references.query(call.options.query)
    given = call.given("level", "sort", "limit", "replace", "keep-feedback")
    given = {name.replace("-", "_"): value for name, value in given.items()}
    return change(call, "save", {"name": call.options.name, "query": query, **given})


def saved(call: Call) -> int:
    if call.options.since is not None:
        return _changes(call)

    def show(screen: Screen, answer: Answer) -> None:
        if call.options.name:
            screen.pairs(_facts(answer["saved"][0]))
        else:
            screen.table(("name", "query", "level", ">pictures"), map(_row, answer["saved"]))

    return call.answer("saved", call.given("name", "count"), show)


def rename(call: Call) -> int:
    return one_change(call, "saved.rename", name=call.options.name, to=call.options.to)


def remove(call: Call) -> int:
    return one_change(call, "saved.delete", name=call.options.name)


def _changes(call: Call) -> int:
    if call.options.name is None:
        raise UserError("--since needs the name of a saved search.", hint="`vvault saved` lists them.")

    def show(screen: Screen, answer: Answer) -> None:
        columns = ("change", ">id", "date", "path")
        rows = [(kind, hit) for kind in ("entered", "left") for hit in answer[kind]]
        screen.table(columns, ([kind, hit["id"], (hit["date"] or "")[:10], references.told(hit)] for kind, hit in rows))
        screen.say(_news_of(answer, any_news=bool(rows)))

    def judge(answer: Answer) -> int:
        return EXIT_DONE if answer["entered"] or answer["left"] else EXIT_NOTHING

    params = {"name": call.options.name, "since": call.options.since}
    return call.answer("saved.changes", params, show, judge)


def _news_of(answer: Answer, *, any_news: bool) -> str:
    """From when on the news are, which is later than was asked for where the search was not followed yet."""
    if answer["since"]:
        return f"since {answer['since']}" if any_news else f"Nothing entered or left it since {answer['since']}."
    return (
        "What enters and leaves this search is noted from now on, as soon as all pictures are read:"
        f" `{spelled()} wait`, then ask again a minute later."
    )


def _row(entry: Answer) -> list[str]:
    count = "" if entry["count"] is None else str(entry["count"])
    return [entry["name"], entry["query"], entry["level"], count]


def _facts(entry: Answer) -> list[tuple[str, str]]:
    facts = [(key, entry[key]) for key in ("name", "query", "level", "sort", "limit", "count")]
    return [(key, str(value)) for key, value in facts if value not in (None, "")]


_SINCE = Flag("since", "What entered and left it since then: 12h, 7d, 2w, 2026-05-01, last-week.", metavar="WHEN")
_KEEP = Flag("keep-feedback", "With --replace: what was hidden or preferred in the old query is so in the new one.")

COMMANDS = (
    Command("save", "Save a search under a name; it becomes a folder in `saved/` of the mount.", save,
            (NAME, QUERY, LEVEL,
             Flag("sort", "Order by K, as in `search`; the same as sort:K in the query.", metavar="K"),
             Flag("limit", "At most N pictures; the same as limit:N in the query.", metavar="N", kind=at_least(1)),
             Flag("replace", "Change the query of an existing one."), _KEEP), "save"),
    Command("saved", "List the saved searches, or show one.", saved,
            (Word("name", "NAME", "Only this one.", times="?"), _SINCE,
             Flag("count", "Also count what each matches.")), "saved"),
    Command("saved rename", "Rename a saved search.", rename, (NAME, Word("to", "NEW", "The new name.")),
            "saved.rename"),
    Command("saved remove", "Delete a saved search; its pictures stay.", remove, (NAME,), "saved.delete"),
)  # fmt: skip
