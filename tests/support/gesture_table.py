"""Which gesture in the gallery does what a command does, and which test in a real browser holds it.

The tests say it themselves: `@pytest.mark.gesture("tag", "Select pictures, press T, …")`. `docs/gallery-gestures.md` is
written from their marks and from the registry of commands: `PYTHONPATH=tests python -m support.gesture_table`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from vaultd.cli.registry import COMMANDS

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests/web/browser"
PAGE = ROOT / "docs/gallery-gestures.md"
MARKS = ("gesture", "pytest.mark.gesture")

RUNNING = "the programs themselves are started, stopped and installed where they run"
PATHS = "names a place on the machine, and no path ever comes in over HTTP"
NETWORK = "reaches for the internet, which nothing but a command does"
ADDRESSES = "a page does not say which addresses this machine calls"
WORKSHOP = "measures or makes models, for minutes or hours"
EXCEPTIONS = {
    **dict.fromkeys(("up", "daemon", "mount", "stop", "web"), RUNNING),
    **dict.fromkeys(("service install", "service uninstall", "service status", "completion"), RUNNING),
    **dict.fromkeys(("add", "restore", "demo"), PATHS),
    "config set": "settings say what a page may do, and are not changed from one",
    "autotags vocabulary": "makes a file that is edited in an editor",
    "model pull": NETWORK,
    "fetch add": ADDRESSES,
    **dict.fromkeys(("model export", "model bench"), WORKSHOP),
}
"""Commands that are none of the gallery's, and why."""


class Row(NamedTuple):
    """How one does in the gallery what a command does, and the test of it as `file::test`."""

    command: str
    how: str
    test: str


def rows() -> Iterator[Row]:
    """Every mark of every browser test, in the order of the files."""
    for path in sorted(TESTS.glob("test_*.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield from (Row(command, how, f"{path.name}::{node.name}") for command, how in _marks(node))


def _marks(test: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    for mark in test.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) in MARKS:
            command, how = (ast.literal_eval(argument) for argument in mark.args)
            yield command, how


def missing() -> list[str]:
    """Commands that no browser test is about, and that are no exception either."""
    told = {row.command for row in rows()}
    return [name for name in COMMANDS if name not in told and name not in EXCEPTIONS]


def unknown() -> list[str]:
    """What marks and exceptions name though there is no such command."""
    return sorted({row.command for row in rows()} - set(COMMANDS)) + sorted(set(EXCEPTIONS) - set(COMMANDS))


def page() -> str:
    """The table as Markdown."""
    told: dict[str, Row] = {}
    for row in rows():
        told.setdefault(row.command, row)
    lines = [
        "# Commands and gestures",
        "",
        "<!-- Written by `python -m support.gesture_table` from the browser tests' marks. -->",
        "",
        "What a command does, the gallery does, too, and a test in a real browser holds each gesture.",
        "",
        "| command | in the gallery | test in `tests/web/browser/` |",
        "|---|---|---|",
        *(f"| `vvault {name}` | {told[name].how} | `{told[name].test}` |" for name in COMMANDS if name in told),
        "",
        "Not in the gallery:",
        "",
        "| command | why |",
        "|---|---|",
        *(f"| `vvault {name}` | {EXCEPTIONS[name]} |" for name in COMMANDS if name in EXCEPTIONS),
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    PAGE.write_text(page())
