"""Pictures that are there more than once: listing them, making one of several, and moving the rest to the trash."""

from __future__ import annotations

from vaultd.cli import references
from vaultd.cli.call import Answer, Call
from vaultd.cli.command import NUL, Command, Flag, Word
from vaultd.cli.commands.changes import ORIGIN, show_errors
from vaultd.cli.quantities import count, size
from vaultd.cli.screen import Screen
from vaultipc.errors import EXIT_DONE, EXIT_NOTHING, EXIT_PARTIAL, EXIT_REFUSED

_COPIES = Word("images", "IMAGE", "Pictures by path or id.", times="+", files="file")


def duplicates(call: Call) -> int:
    def judge(answer: Answer) -> int:
        return EXIT_DONE if answer["groups"] else EXIT_NOTHING

    return call.answer("duplicates", call.given("level"), _show_groups, judge)


def merge(call: Call) -> int:
    options = call.options
    best = {"best": references.image_param(options.best).get("image", options.best)} if options.best else {}
    params = {**references.images_params(options.images), **best, "dry_run": options.dry_run, "origin": ORIGIN}

    def show(screen: Screen, answer: Answer) -> None:
        show_errors(screen, answer)
        screen.paths([references.told({"path": answer["best"]})])
        does = "would get" if options.dry_run else "got"
        screen.say(f"The best copy {does} {', '.join(answer['gains']) or 'nothing that it lacked'}.")
        marked = "would be marked" if options.dry_run else "marked"
        screen.say(f"{count(len(answer['others']), 'other')} {marked} as copies of it:")
        for other in answer["others"]:
            screen.say(f"  {references.told(other).decode('utf-8', 'surrogateescape')}")

    return call.answer("duplicates.merge", params, show, lambda answer: EXIT_PARTIAL if answer["errors"] else EXIT_DONE)


def trash(call: Call) -> int:
    options = call.options
    params = {**references.images_params(options.images), **call.given("level", "yes"), "origin": ORIGIN}

    def show(screen: Screen, answer: Answer) -> None:
        show_errors(screen, answer)
        screen.paths(references.told(file) for file in answer["moved"])
        amount = f"{count(len(answer['moved']), 'file')}, {size(answer['bytes'])}"
        for file in answer["kept"]:
            screen.say(f"stays: {references.told(file).decode('utf-8', 'replace')}")
        if not answer["moved"]:
            screen.say("Nothing is superfluous. Copies of a picture are first merged: `vvault duplicates merge`.")
        elif options.yes:
            screen.say(f"Moved to the trash: {amount}. `vvault undo` takes it back.")
        else:
            screen.say(f"Would go to the trash: {amount}. Nothing was moved; add --yes to do it.")

    return call.answer("duplicates.trash", params, show, _judge_trash)


def _judge_trash(answer: Answer) -> int:
    if answer["errors"]:
        return EXIT_PARTIAL if answer["moved"] else EXIT_REFUSED
    return EXIT_DONE if answer["moved"] else EXIT_NOTHING


def _show_groups(screen: Screen, answer: Answer) -> None:
    if not screen.terminal:
        between = [] if screen.nul else [b""]  # an empty path would be one to `xargs -0`
        groups = [[references.told(member) for member in group["members"]] for group in answer["groups"]]
        screen.paths(path for number, group in enumerate(groups) for path in [*(between if number else ()), *group])
        return
    for group in answer["groups"]:
        sizes = {member["size"] for member in group["members"]}
        held, least, most = len(group["members"]), min(sizes), max(sizes)
        if group["level"] == "exact":
            screen.line(f"{held} files of {size(most)}:")
        else:
            what = "copies of a picture" if group["level"] == "same" else "pictures that are alike"
            screen.line(f"{held} {what}, {size(least)} to {size(most)}:")
        for image, member in zip(group["images"], group["members"], strict=True):
            mark = b"  (merged)" if image in group["marked"] else b""
            screen.paths([b"  " + references.told(member) + mark])


COMMANDS = (
    Command("duplicates", "List pictures that are there more than once, in a pipe with an empty line between two"
            " groups, unless with -0.", duplicates,
            (Flag("level", "exact: the same bytes (default). same: the same picture, resized, encoded again or lightly"
                  " edited; the best copy first. similar: pictures that show the like, a burst for example: no"
                  " duplicates.", choices=("exact", "same", "similar")), NUL), "duplicates"),
    Command("duplicates merge", "Put the tags, albums, rating and texts of copies onto the best one, and mark the"
            " others.", merge,
            (Word("images", "IMAGE", "Copies of one picture, by path or id; of one alone, its group at level same.",
                  times="+", files="file"),
             Flag("best", "Merge into this one.", metavar="IMAGE"),
             Flag("dry-run", "Only say what would be done.")), "duplicates.merge"),
    Command("duplicates trash", "Move what is superfluous beside pictures to the desktop's trash: other files of the"
            " same bytes, and copies that were merged.", trash,
            (_COPIES,
             Flag("level", "Only other files of the same bytes (exact), or only merged copies (same).",
                  choices=("exact", "same")),
             Flag("yes", "Do it; without this it is only told. `vvault undo` takes it back."), NUL),
            "duplicates.trash"),
)  # fmt: skip
