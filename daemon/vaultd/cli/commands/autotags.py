"""The model's own tags: autotags, autotags run, autotags accept, autotags reject, autotags vocabulary."""

from __future__ import annotations

from collections.abc import Iterator

from vaultd.cli import references
from vaultd.cli.call import Answer, Call
from vaultd.cli.command import Command, Flag, Word
from vaultd.cli.commands.changes import change
from vaultd.cli.commands.pictures import IMAGES, MATCHING
from vaultd.cli.quantities import count
from vaultd.cli.screen import Screen
from vaultipc.errors import UserError

TAG = Word("tag", "TAG", "A tag of the model's: `dog`, or with its group `animals/dog`.")


def autotags(call: Call) -> int:
    return call.answer("autotags", call.given("prefix"), _show)


def run(call: Call) -> int:
    return call.answer("autotags.run", {}, _show)


def accept(call: Call) -> int:
    return change(call, "autotags.accept", {**_asked(call), **call.given("to")})


def reject(call: Call) -> int:
    return change(call, "autotags.reject", _asked(call))


def vocabulary(call: Call) -> int:
    def show(screen: Screen, answer: Answer) -> None:
        if answer["words"] or not answer["problem"]:
            screen.table(("group", "word", ">threshold"), map(_word_row, answer["words"]))
            screen.say(f"{count(len(answer['words']), 'word')} from {answer['path']}.")
        if answer["path"] != answer["own"]:
            screen.say(f"To change them: `vvault autotags vocabulary --copy` makes {answer['own']}.")
        _warn(screen, answer)

    return call.answer("autotags.vocabulary", call.given("copy"), show)


def _asked(call: Call) -> Answer:
    options = call.options
    if not options.images and options.query is None:
        everything = f"""--query 'auto:"{options.tag}"'"""
        raise UserError("No pictures were named.", hint=f"Give paths or ids, or {everything} for all that have it.")
    query = {"query": references.query([options.query])} if options.query is not None else {}
    return {"tag": references.query([options.tag]), **references.images_params(options.images), **query}


def _show(screen: Screen, answer: Answer) -> None:
    columns = ("group", "tag", ">pictures", ">rejected")
    screen.table(columns, (_row(tag) for tag in answer["tags"]))
    for line in _state(answer):
        screen.say(line)
    _warn(screen, answer)


def _state(answer: Answer) -> Iterator[str]:
    if answer["state"] == "off":
        yield "Tagging is off (autotags.enabled)."
    elif answer["state"] == "tagging":
        yield f"Tagging: {answer['done']} of {answer['total']} pictures."
    if answer["state"] == "stopped":
        yield "Tagging has stopped: the words cannot be read. The pictures keep the tags that they have."
    else:
        yield f"{count(answer['words'], 'word')} from {answer['vocabulary']}, by {answer['model']}."
    if answer["images"]:
        some = f"{answer['tagged']:,} of {count(answer['images'], 'picture')} have some of these tags"
        yield f"{some}; `vvault config set autotags.level loose` gives more, fewer of them right."


def _warn(screen: Screen, answer: Answer) -> None:
    if answer["problem"]:
        screen.say(answer["problem"])


def _row(tag: Answer) -> list[str]:
    return [tag["group"], tag["term"], str(tag["count"]), str(tag["rejected"] or "")]


def _word_row(word: Answer) -> list[str]:
    return [word["group"], word["term"], "" if word["threshold"] is None else f"{word['threshold']:.2f}"]


COMMANDS = (
    Command("autotags", "List the tags that the model gives, and how many pictures have them.", autotags,
            (Flag("prefix", "Only tags that begin with P.", metavar="P"),), "autotags"),
    Command("autotags run", "Compare every picture's tags with the vocabulary now, and wait until that is done.", run,
            (), "autotags.run"),
    Command("autotags accept", "Make a tag that the model gave one of your own, on pictures that have it.", accept,
            (TAG, IMAGES, MATCHING, Flag("to", "The tag of yours they get; the same word if none is given.",
                                         metavar="TAG")), "autotags.accept"),
    Command("autotags reject", "Take a tag that the model gave off pictures for good; `vvault undo` brings it back.",
            reject, (TAG, IMAGES, MATCHING), "autotags.reject"),
    Command("autotags vocabulary", "List the words that pictures are tagged with.", vocabulary,
            (Flag("copy", "Make a file of them that you can edit."),), "autotags.vocabulary"),
)  # fmt: skip
