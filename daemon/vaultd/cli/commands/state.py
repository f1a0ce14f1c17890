"""How the daemon is: status, wait."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from vaultd.cli import references
from vaultd.cli.call import Answer, Call
from vaultd.cli.command import Command, Flag
from vaultd.cli.quantities import count, duration, size
from vaultd.cli.screen import Cell, Screen
from vaultipc.errors import EXIT_DONE, EXIT_NOTHING

FOLLOW_EVERY_S = 1.0


def status(call: Call) -> int:
    if call.options.follow:
        return _follow(call)
    return call.answer("status", None, lambda screen, answer: screen.pairs(_facts(answer)))


def wait(call: Call) -> int:
    """Exit code 1 if the time was over first."""

    def show(screen: Screen, answer: Answer) -> None:
        screen.say(_reached(answer) if answer["pending"] == 0 else f"Gave up; {summary(answer)}")

    def judge(answer: Answer) -> int:
        return EXIT_DONE if answer["pending"] == 0 else EXIT_NOTHING

    return call.answer("wait", call.given("timeout"), show, judge)


def summary(answer: Answer) -> str:
    """The state in one line."""
    parts = [f"{answer['state']}: {count(answer['images'], 'picture')} in {count(answer['files'], 'file')}"]
    if answer["pending"]:
        parts.append(f"{answer['pending']:,} to go")
    if answer["pending"] and answer["rate_per_s"]:
        parts.append(f"{answer['rate_per_s']:.1f} a second")
    if answer["pending"] and answer["eta_s"] is not None:
        parts.append(f"{duration(answer['eta_s'])} left")
    if answer["failed"]:
        parts.append(f"{answer['failed']:,} unreadable")
    if answer["model"] and "reembed" in answer["model"]:
        parts.append(_coming(answer["model"]))
    return ", ".join(parts)


def _reached(answer: Answer) -> str:
    """What was waited for, and what the daemon does now: others may have given it more to do meanwhile."""
    state = answer["state"] + (f": {answer['reason']}" if answer["reason"] else "")
    parts = [f"{count(answer['images'], 'picture')} searchable"]
    parts += [f"{count(answer['failed'], 'file')} unreadable"] if answer["failed"] else []
    parts += [_coming(answer["model"])] if answer["model"] and "reembed" in answer["model"] else []
    return f"{', '.join(parts)} ({state})"


def _engine(model: Answer) -> str:
    where = f"{model['engine']} on {model['device']}" if model.get("device") else model["engine"]
    return f"{model['name']} {model['revision']} ({where})" + (f": {model['note']}" if model.get("note") else "")


def _coming(model: Answer) -> str:
    """How far the vectors of the next model are."""
    made = model["reembed"]
    return f"{model['next']}, {made['done']:,} of {count(made['total'], 'picture')}"


def _words_found(told: Answer) -> str:
    problem = f": {told['problem']}" if "problem" in told else ""
    return f"{told['done']:,} of {count(told['total'], 'picture')} ({told['source'].partition(':')[2]}){problem}"


def _follow(call: Call) -> int:
    """Print the state whenever it changes, until Ctrl-C."""
    import time

    shown = ""
    with call.connected() as client:
        while True:
            raw = client.call_raw("status")
            line = summary(msgspec.json.decode(raw))
            if line != shown:
                call.screen.raw(raw if call.screen.json else line.encode())
            shown = line
            time.sleep(FOLLOW_EVERY_S)


def _facts(answer: Answer) -> Iterator[tuple[str, Cell]]:
    yield "state", answer["state"] + (f": {answer['reason']}" if answer["reason"] else "")
    for name in ("images", "files", "pending", "failed", "offline"):
        yield name, f"{answer[name]}"
    if answer["pending"]:
        yield "rate", f"{answer['rate_per_s']:.1f} a second"
    if answer["pending"] and answer["eta_s"] is not None:
        yield "left", duration(answer["eta_s"])
    for root in answer["roots"]:
        yield "folder", references.told(root) + f" ({root['state']}, {count(root['files'], 'file')})".encode()
    for mount in answer["mounts"]:
        yield "mount", f"{mount['path']} ({mount['backend']})"
    if "web" in answer:
        yield "gallery", answer["web"]["url"]
    if answer["model"]:
        yield "model", _engine(answer["model"])
    if answer["model"] and "reembed" in answer["model"]:
        yield "next model", _coming(answer["model"])
    if "reread" in answer:
        yield "read again", f"{answer['reread']['done']:,} of {count(answer['reread']['total'], 'picture')}"
    for name, label in (("ocr", "text read"), ("captions", "captions")):
        if name in answer:
            yield label, _words_found(answer[name])
    yield "daemon", f"{answer['version']}, pid {answer['pid']}, up {duration(answer['uptime_s'])}"
    yield "memory", size(answer["rss_bytes"])
    yield "socket", answer["socket"]


COMMANDS = (
    Command("status", "Say what the daemon is doing.", status,
            (Flag("follow", "Go on, and print every change."),), "status"),
    Command("wait", "Wait until all pictures on disk are searchable.", wait,
            (Flag("timeout", "Give up after S seconds.", metavar="S", kind=float),), "wait"),
)  # fmt: skip
