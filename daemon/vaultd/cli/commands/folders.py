"""Watched folders and what was read in them: add, remove, roots, rescan, failed, pause, resume."""

from __future__ import annotations

from vaultd.cli import references
from vaultd.cli.call import Answer, Call
from vaultd.cli.command import NUL, Command, Flag, Word
from vaultd.cli.quantities import count
from vaultd.cli.screen import Screen

FOLDER = Word("folder", "FOLDER", "A folder of pictures.", files="folder")


def add(call: Call) -> int:
    folders = references.several("paths", map(references.folder, call.options.folder))
    return call.answer("add", folders, _show_roots)


def remove(call: Call) -> int:
    params = {**references.one("path", references.folder(call.options.folder)), **call.given("forget")}
    return call.answer("remove", params, _show_roots)


def roots(call: Call) -> int:
    return call.answer("roots", None, _show_roots)


def rescan(call: Call) -> int:
    folder = call.options.folder
    params = references.one("path", references.folder(folder)) if folder else {}
    return call.answer("rescan", {**params, **call.given("wait")}, _show_counts)


def failed(call: Call) -> int:
    return call.answer("failed", call.given("retry", "private"), _show_failed)


def pause(call: Call) -> int:
    return call.answer(
        "pause", None, lambda screen, _: screen.say("Paused: nothing new is read until `vvault resume`.")
    )


def resume(call: Call) -> int:
    def show(screen: Screen, answer: Answer) -> None:
        screen.say(f"Reading again: {count(answer['pending'], 'file')} to go.")

    return call.answer("resume", None, show)


def _show_roots(screen: Screen, answer: Answer) -> None:
    if screen.terminal:
        rows = ([root["state"], f"{root['files']:,}", references.told(root)] for root in answer["roots"])
        screen.table(("state", ">files", "folder"), rows)
    else:
        screen.paths(references.told(root) for root in answer["roots"])


def _show_counts(screen: Screen, answer: Answer) -> None:
    screen.pairs((name, str(number)) for name, number in answer.items())


def _show_failed(screen: Screen, answer: Answer) -> None:
    if not screen.terminal:
        screen.paths(references.told(file) for file in answer["files"])
        return
    if answer["files"]:
        rows = ([str(file["attempts"]), file["reason"], references.told(file)] for file in answer["files"])
        screen.table((">attempts", "reason", "file"), rows)
    elif not answer["hidden"]:
        screen.say("Every picture could be read.")
    if answer["hidden"]:
        screen.say(f"{count(answer['hidden'], 'private file')} not shown: `vvault failed --private` does.")


COMMANDS = (
    Command("add", "Watch folders of pictures.", add, (FOLDER._replace(times="+"), NUL), "add"),
    Command("remove", "Stop watching a folder; what you said of its pictures is kept, unless with --forget.", remove,
            (FOLDER, Flag("forget", "Also forget what was known of its pictures."), NUL), "remove"),
    Command("roots", "List the watched folders.", roots, (NUL,), "roots"),
    Command("rescan", "Look at all files again, their thumbnails included, or at those of one folder.", rescan,
            (FOLDER._replace(times="?"), Flag("wait", "Return when everything found was read and has its thumbnails.")),
            "rescan"),
    Command("failed", "List the files that could not be read, and why.", failed,
            (Flag("retry", "Try them again now."), Flag("private", "Also name private ones."), NUL), "failed"),
    Command("pause", "Stop reading new pictures; searching goes on.", pause, (), "pause"),
    Command("resume", "Go on reading new pictures.", resume, (), "resume"),
)  # fmt: skip
