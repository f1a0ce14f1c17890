"""What the user changed, and taking it back: undo, log. How every change is asked for and reported."""

from __future__ import annotations

import os
import sys
from typing import Any

import msgspec

from vaultd.cli import references
from vaultd.cli.call import Answer, Call
from vaultd.cli.command import Command, Flag, Word
from vaultd.cli.quantities import count
from vaultd.cli.screen import Screen
from vaultipc.errors import EXIT_DONE, EXIT_NOTHING, EXIT_PARTIAL, EXIT_REFUSED

ORIGIN = "cli"


def one_change(call: Call, method: str, **params: Any) -> int:
    """Ask for a change of the catalog that is one action of its own."""
    return change(call, method, params)


def change(call: Call, method: str, params: Answer) -> int:
    """Ask for a change; exit code 6 if some of several things failed, 4 if all did."""
    known = {"origin": ORIGIN, "group": f"{ORIGIN}-{os.getpid()}"}
    return call.answer(method, {**params, **known}, _show_change, _judge)


def undo(call: Call) -> int:
    options = call.options
    params = {**call.given("dry-run", "action"), **({"count": options.count} if options.count is not None else {})}
    params = {name.replace("-", "_"): value for name, value in params.items()}
    params["origin"] = ORIGIN
    if params.get("count", 1) > 1 and not options.dry_run and not options.yes and not _agreed(call, params):
        call.screen.say("Nothing was undone.")
        return EXIT_NOTHING

    def judge(answer: Answer) -> int:
        return EXIT_DONE if answer["actions"] else EXIT_NOTHING

    return call.answer("undo", params, _show_actions, judge)


def _agreed(call: Call, params: Answer) -> bool:
    """Whether a person wants all of this undone; nobody is asked where nobody can answer, or nothing would be done."""
    if call.options.json or not sys.stdin.isatty():
        return True
    told = msgspec.json.decode(call.ask("undo", {**params, "dry_run": True}))
    if not told["actions"]:
        return True
    _show_actions(call.screen, told)
    sys.stdout.flush()
    print(f"Take back {count(len(told['actions']), 'action')}? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def log(call: Call) -> int:
    image = references.image_param(call.options.image) if call.options.image else {}
    return call.answer("log", {**call.given("limit"), **image}, _show_actions)


def _judge(answer: Answer) -> int:
    if not answer["errors"]:
        return EXIT_DONE
    return EXIT_PARTIAL if answer["changed"] or answer["unchanged"] else EXIT_REFUSED


def show_errors(screen: Screen, answer: Answer) -> None:
    """Say what was not done, and of which item, where the reason does not name it itself."""
    for error in answer["errors"]:
        named = error["item"] in error["message"]
        screen.say(error["message"] if named else f"{error['item']}: {error['message']}")


def _show_change(screen: Screen, answer: Answer) -> None:
    show_errors(screen, answer)
    unchanged = f", {answer['unchanged']} as before" if answer["unchanged"] else ""
    screen.say(f"{count(answer['changed'], 'change')}{unchanged}.")


def _show_actions(screen: Screen, answer: Answer) -> None:
    if not answer["actions"]:
        screen.say("There is nothing.")
        return
    columns = (">id", "time", "kind", "what", ">count", "undone")
    screen.table(columns, (_action_row(action) for action in answer["actions"]))
    for action in answer["actions"]:
        for skipped in action.get("skipped", []):
            screen.say(f"left as it is: {skipped}")


def _action_row(action: Answer) -> list[str]:
    row = [action["id"], action["time"], action["kind"], action["summary"], str(action["count"])]
    return [*row, "undone" if action["undone"] else ""]


COMMANDS = (
    Command("undo", "Take back the last change, or the last N.", undo,
            (Word("count", "N", "How many changes (default: 1).", times="?", kind=int),
             Flag("action", "Take back this one, by its id in `vvault log`; taking back an undo does the thing again.",
                  metavar="ID"),
             Flag("dry-run", "Only say what would be undone."),
             Flag("yes", "Do not ask, as a terminal otherwise does where it is more than one.")), "undo"),
    Command("log", "List what was changed, newest first.", log,
            (Word("image", "IMAGE", "Only what was done to this picture (path or id).", times="?", files="file"),
             Flag("limit", "At most N actions (default: 50).", metavar="N", kind=int)), "log"),
)  # fmt: skip
