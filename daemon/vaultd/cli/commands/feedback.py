"""What a person says of a query's results: hide, prefer, feedback."""

from __future__ import annotations

from vaultd.cli import references
from vaultd.cli.call import Answer, Call
from vaultd.cli.command import Command, Flag, Word
from vaultd.cli.commands.changes import change
from vaultd.cli.screen import Screen
from vaultipc.errors import EXIT_DONE, EXIT_NOTHING


def hide(call: Call) -> int:
    return _say(call, "hide")


def prefer(call: Call) -> int:
    return _say(call, "prefer")


def feedback(call: Call) -> int:
    def judge(answer: Answer) -> int:
        return EXIT_DONE if answer["feedback"] else EXIT_NOTHING

    return call.answer("feedback", {"query": references.query(call.options.query)}, _show, judge)


def _say(call: Call, verdict: str) -> int:
    query = references.query([call.options.query])
    images = references.images_params(call.options.image)
    return change(call, verdict, {"query": query, **images, **call.given("remove")})


def _show(screen: Screen, answer: Answer) -> None:
    columns = ("verdict", "query", ">id", "time", "name")
    screen.table(columns, ([one[key.lstrip(">")] for key in columns] for one in answer["feedback"]))


_QUERY = Word("query", "QUERY", "The query, as one word: 'red car' in quotes.", text=True)
_IMAGES = Word("image", "IMAGE", "A picture's path, or its id.", times="+", files="file")

COMMANDS = (
    Command("hide", "Hide pictures from the results of one query; others like them come later there.", hide,
            (_QUERY, _IMAGES, Flag("remove", "No longer hide them.")), "hide"),
    Command("prefer", "Put pictures first in the results of one query; others like them come earlier.", prefer,
            (_QUERY, _IMAGES, Flag("remove", "No longer prefer them.")), "prefer"),
    Command("feedback", "List the pictures that were hidden or preferred, and for which query.", feedback,
            (Word("query", "QUERY", "Only of this query.", times="*", text=True),), "feedback"),
)  # fmt: skip
