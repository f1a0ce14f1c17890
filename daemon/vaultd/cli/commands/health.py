"""`doctor`: what the daemon finds wrong with itself, and what can be seen without it."""

from __future__ import annotations

from vaultd.cli.call import Answer, Call
from vaultd.cli.command import Command, Flag
from vaultd.cli.screen import Screen
from vaultipc.errors import EXIT_DONE, EXIT_NOTHING

_MARKS = {"ok": "✓", "warn": "!", "fail": "✗", "skip": "-"}


def doctor(call: Call) -> int:
    from vaultd.cli.checks import examine

    checks = examine(call)
    answer = {"ok": all(check["state"] != "fail" for check in checks), "checks": checks}
    call.result(answer, lambda screen: _show(screen, checks))
    return EXIT_DONE if answer["ok"] else EXIT_NOTHING


def _show(screen: Screen, checks: list[Answer]) -> None:
    for check in checks:
        fix = f"\n    {check['fix']}" if check["fix"] else ""
        screen.line(f"{_MARKS[check['state']]} {check['name']}: {check['message']}{fix}")


COMMANDS = (
    Command("doctor", "Check that everything works, and say what to do about what does not.", doctor,
            (Flag("deep", "Also read everything that is slow to read."),), "doctor"),
)  # fmt: skip
