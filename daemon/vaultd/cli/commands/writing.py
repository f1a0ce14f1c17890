"""write-metadata: your words into sidecars, shown first."""

from __future__ import annotations

import os
from collections.abc import Iterator

from vaultd.cli.call import Answer, Call
from vaultd.cli.command import Command, Flag
from vaultd.cli.commands.changes import ORIGIN, show_errors
from vaultd.cli.commands.pictures import IMAGES, MATCHING, pictures
from vaultd.cli.quantities import count, size
from vaultd.cli.screen import Screen
from vaultipc.errors import EXIT_DONE, EXIT_PARTIAL, EXIT_REFUSED


def write_metadata(call: Call) -> int:
    asked = call.options.write
    params = {**pictures(call), "origin": ORIGIN, "group": f"{ORIGIN}-{os.getpid()}"}
    into = call.options.into or "sidecars"
    params |= {"write": asked, "take_back": call.options.take_back, "into": into}
    noun = into.removesuffix("s")

    def show(screen: Screen, answer: Answer) -> None:
        rows = (
            (file["does"], file["sidecar"] or file["path"], "; ".join(_difference(file))) for file in answer["files"]
        )
        screen.table(("", noun, "difference"), rows)
        show_errors(screen, answer)
        if not asked:
            screen.say(f"{_amount(answer, noun, 'would be ')}. Add --write to do it.")
            return
        screen.say(f"{_amount(answer, noun)}, {answer['unchanged']} as before.")
        if answer["action"]:
            screen.say(f"`vvault undo` takes it back; {size(answer['kept'])} are kept for that.")
        elif answer["written"] and not call.options.take_back:
            # Sidecars follow what is said, whoever writes them: what undo takes back is the saying.
            screen.say("`vvault write-metadata … --take-back --write` takes it back; `vvault undo` does not.")

    return call.answer("write-metadata", params, show, _judge)


def _amount(answer: Answer, noun: str, would: str = "") -> str:
    """How many were, or with `would` would be, written, and how many sidecars removed."""
    total = len(answer["files"])
    if not would and answer["written"] < total:
        return f"{answer['written']} of {count(total, noun)} written"
    removed = sum(bool(file["sidecar"]) and file["does"] == "remove" for file in answer["files"])
    parts = [f"{count(total - removed, noun)} {would}written"] if total > removed or not removed else []
    return " and ".join([*parts, *([f"{count(removed, noun)} {would}removed"] if removed else [])])


def _difference(file: Answer) -> Iterator[str]:
    yield from (f"+{tag}" for tag in file["tags_added"])
    yield from (f"-{tag}" for tag in file["tags_removed"])
    for kind in ("title", "description"):
        if file[kind] is not None:
            yield f"{kind} “{file[kind]}”" if file[kind] else f"no {kind}"
    if file["rating"] is not None:
        yield f"{count(file['rating'], 'star')}" if file["rating"] else "no stars"


def _judge(answer: Answer) -> int:
    if not answer["errors"]:
        return EXIT_DONE
    return EXIT_PARTIAL if answer["files"] or answer["unchanged"] else EXIT_REFUSED


COMMANDS = (
    Command("write-metadata", "Show what sidecars, or pictures' files, would get of your words; write it if asked.",
            write_metadata,
            (IMAGES, MATCHING,
             Flag("into", "Beside the pictures (default), or into their own files where library.write_files allows it.",
                  choices=("sidecars", "files")),
             Flag("write", "Write it. `vvault undo` takes back what went into files; of sidecars --take-back does."),
             Flag("take-back", "Put back what stood there before the vault wrote.")), "write-metadata"),
)  # fmt: skip
