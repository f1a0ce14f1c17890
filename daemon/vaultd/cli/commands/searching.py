"""Asking: search, similar, explain."""

from __future__ import annotations

from vaultd.cli import references
from vaultd.cli.call import Answer, Call
from vaultd.cli.command import NUL, Command, Flag, Word
from vaultd.cli.divided import show_facets
from vaultd.cli.quantities import at_least, count
from vaultd.cli.reasons import reasons
from vaultd.cli.screen import Screen, printable
from vaultipc.errors import EXIT_DONE, EXIT_NOTHING

MOST = 10_000
"""No answer holds more."""
LEVELS = ("strict", "default", "loose", "all")
QUERY = Word("query", "QUERY", "What to look for; several words are one query.", times="+", text=True)
LEVEL = Flag("level", "How near a picture must be to count as a match.", choices=LEVELS)

_PAGE = (
    LEVEL,
    Flag(
        "limit", "Print at most N pictures (default: 100 on a terminal, all in a pipe).", metavar="N", kind=at_least(1)
    ),
    Flag("offset", "Leave out the first N pictures.", metavar="N", kind=at_least(0)),
    Flag("sort", "Order by K: relevance, date, name, size or added; -K turns it round, except relevance.", metavar="K"),
)
_MORE = (
    Flag(
        "explain",
        "Say of each picture why it matched; in a pipe in lines that begin with a tab, below its path, unless with -0.",
    ),
    Flag("facets", "Also count the answer by tag, date, type, camera, colour ...; in a pipe, instead of the paths."),
    NUL,
)
_ONLY = Flag("only", "Look at the pictures' meaning only, or at names and texts only.", choices=("meaning", "text"))


def search(call: Call) -> int:
    params = call.given("level", "limit", "offset", "sort", "only", "explain", "facets")
    query = references.query(call.options.query)
    if not query.strip():
        call.screen.say("The query is empty, and finds nothing: say what to look for, or `name:*` for every picture.")
    return _ask_hits(call, "search", {"query": query, **params})


def similar(call: Call) -> int:
    params = call.given("level", "limit", "offset", "sort", "explain", "facets")
    return _ask_hits(call, "similar", {**references.image_param(call.options.image), **params})


def explain(call: Call) -> int:
    image = references.image_param(call.options.image)
    params = {"query": references.query([call.options.query]), **image, **call.given("level")}
    return call.answer("explain", params, lambda screen, answer: screen.pairs(reasons(answer)))


def _ask_hits(call: Call, method: str, params: Answer) -> int:
    if not (call.screen.terminal or call.screen.json or "limit" in params):
        params["limit"] = MOST  # what goes on to another program is whole

    def show(screen: Screen, answer: Answer) -> None:
        if screen.terminal or "facets" not in answer:
            show_hits(screen, answer["hits"])
        if "facets" in answer:
            show_facets(screen, answer["facets"])
        for note in answer["notes"]:
            screen.say(note)
        if screen.terminal or call.options.verbose:
            screen.say(_summary(answer))

    return call.answer(method, params, show, lambda answer: EXIT_DONE if answer["hits"] else EXIT_NOTHING)


def show_hits(screen: Screen, hits: list[Answer]) -> None:
    """Print pictures, and why, where that was asked: their paths in a pipe, a table on a terminal."""
    if screen.nul or not (screen.terminal or any("explain" in hit for hit in hits)):
        screen.paths(references.told(hit) for hit in hits)
    elif not screen.terminal:
        for hit in hits:
            screen.paths([references.told(hit)])
            screen.pairs((f"\t{name}", value) for name, value in reasons(hit["explain"]))
    elif hits:
        _table(screen, hits)
        for hit in hits:
            if "explain" in hit:
                screen.line(f"\n{hit['rank']}  {printable(references.told(hit))}")
                screen.pairs((f"   {name}", value) for name, value in reasons(hit["explain"]))


def _table(screen: Screen, hits: list[Answer]) -> None:
    """Of pictures that can all be opened nothing is said of that."""
    columns, rows = [">#", ">id", ">score", "date", "tags", "path"], list(map(_row, hits))
    if any(hit["state"] != "online" for hit in hits):
        columns.insert(-1, "state")
        for row, hit in zip(rows, hits, strict=True):
            row.insert(-1, hit["state"])
    screen.table(columns, rows)


def _row(hit: Answer) -> list[str | bytes]:
    score = "" if hit["score"] is None else f"{hit['score']:.2f}"
    date = (hit["date"] or "")[:10]
    return [str(hit["rank"]), hit["id"], score, date, ", ".join(hit["tags"]), references.told(hit)]


def _summary(answer: Answer) -> str:
    shown, total = len(answer["hits"]), answer["total"]
    if not total:
        return "Nothing matches."
    found = count(total, "picture") if shown == total else f"{shown} of {count(total, 'picture')}"
    behind = f", {answer['grouped']} nearly identical behind them" if answer.get("grouped") else ""
    return f"{found}{behind} ({answer['took_ms']:.0f} ms)"


COMMANDS = (
    Command("search", "Find pictures by what they show and what is written about them.", search,
            (QUERY, *_PAGE, _ONLY, *_MORE), "search"),
    Command("similar", "Find pictures like a given one, which need not be in the library.", similar,
            (Word("image", "IMAGE", "A picture's path, or its id.", files="file"), *_PAGE, *_MORE), "similar"),
    Command("explain", "Say why a picture is, or is not, among the results of a query.", explain,
            (Word("query", "QUERY", "The query, as one word: 'red car' in quotes.", text=True),
             Word("image", "IMAGE", "A picture's path, or its id.", files="file"), LEVEL), "explain"),
)  # fmt: skip
