"""What a person says of pictures: fav, rate, edit."""

from __future__ import annotations

import sys

from vaultd.cli import references
from vaultd.cli.call import Call
from vaultd.cli.command import Command, Flag, Word
from vaultd.cli.commands.changes import change
from vaultd.cli.commands.pictures import IMAGES, MATCHING, pictures
from vaultd.cli.quantities import between
from vaultipc.errors import UserError

TEXTS = ("title", "description", "caption", "prompt", "negative", "ocr")
CALLED = {"negative": "negative prompt", "ocr": "reading of its text that"}
STDIN = "-"


def fav(call: Call) -> int:
    return change(call, "fav", {**pictures(call), **call.given("remove")})


def rate(call: Call) -> int:
    return change(call, "rate", {**pictures(call), "rating": call.options.stars})


def edit(call: Call) -> int:
    given = call.given(*TEXTS)
    if not given:
        flags = ", ".join(f"--{kind}" for kind in TEXTS)
        raise UserError("Nothing was given to write.", hint=f"Give one of {flags}.")
    if list(given.values()).count(STDIN) > 1:
        raise UserError("Only one text can be read from the standard input.")
    return change(call, "edit", {**pictures(call), **{kind: _text(text) for kind, text in given.items()}})


def _text(given: str) -> str:
    if given != STDIN:
        return references.query([given])
    try:
        return sys.stdin.buffer.read().decode()
    except UnicodeDecodeError:
        raise UserError("The text on the standard input is not valid UTF-8.") from None


def _text_flag(kind: str) -> Flag:
    about = f"The {CALLED.get(kind, kind)} you give it; '' takes it away, - reads it from the standard input."
    return Flag(kind, about, metavar="TEXT")


COMMANDS = (
    Command("fav", "Make pictures favourites: fav:yes in a search.", fav,
            (IMAGES, MATCHING, Flag("remove", "They are favourites no longer.")), "fav"),
    Command("rate", "Give pictures stars: rating:>=4 in a search.", rate,
            (Word("stars", "N", "1 to 5 stars; 0 takes yours away, and those that the file says show again.",
                  kind=between(0, 5)), IMAGES, MATCHING), "rate"),
    Command("edit", "Write a title, description, caption, prompts or the text in it; the files stay as they are.", edit,
            (IMAGES, MATCHING, *map(_text_flag, TEXTS)), "edit"),
)  # fmt: skip
