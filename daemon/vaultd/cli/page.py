"""docs/commands.md, written from the registry: `python -m vaultd.cli.page > docs/commands.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from vaultd.cli.command import GLOBAL_FLAGS, Command, Flag, Word
from vaultd.cli.registry import COMMANDS
from vaultipc import errors

_HEAD = """\
# Commands

<!-- Written by `python -m vaultd.cli.page`; change the registry, not this page. -->

Flags may stand before or after the words, and global flags before the command too. An IMAGE is an id if it is all
digits, else a path; a file called `123` is `./123`. What follows `--` is no flag.

- On a terminal an answer is a table or a list. In a pipe, commands that list pictures, files or folders print their
  paths, one a line, byte for byte; with `-0` each ends with a NUL byte, for `xargs -0`. Other commands print fields
  separated by tabs, in which a newline is `\\n`, a tab `\\t` and a backslash `\\\\`.
- With `--json` the answer is the socket's `result`: one object, and nothing else. Messages go to stderr. An error is
  `{"error": {"code", "message", "hint", "position"?}}` on stdout.
"""

_EXITS = (
    (errors.EXIT_DONE, "done"),
    (errors.EXIT_NOTHING, "nothing matched (search, similar, duplicates, undo), or a check failed (doctor, wait)"),
    (errors.EXIT_USAGE, "the command line, the query or the configuration is wrong"),
    (errors.EXIT_AWAY, "the daemon is away, or of another version"),
    (errors.EXIT_REFUSED, "not found, or refused"),
    (errors.EXIT_BUSY, "paused, or held by another"),
    (errors.EXIT_PARTIAL, "some of several failed"),
    (errors.EXIT_BUG, "a bug of ours"),
    (errors.EXIT_INTERRUPTED, "Ctrl-C"),
)


def page() -> str:
    """Return the whole page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _HEAD
    yield from _rows("Exit codes", "code", ((str(code), text) for code, text in _EXITS))
    yield from _rows("Flags of every command", "flag", ((_flag(flag), flag.help) for flag in GLOBAL_FLAGS))
    for command in COMMANDS.values():
        yield from _section(command)


def _section(command: Command) -> Iterator[str]:
    words = " ".join(_word(word) for word in command.words)
    yield f"## `{' '.join(filter(None, ('vvault', command.name, words)))}`"
    yield ""
    yield command.summary + (f" Asks the socket's method `{command.method}`." if command.method else "")
    yield ""
    rows = [(word.metavar, word.help) for word in command.words] + [(_flag(flag), flag.help) for flag in command.flags]
    if rows:
        yield from _table("", rows)


def _rows(title: str, first: str, rows: Iterator[tuple[str, str]]) -> Iterator[str]:
    yield f"## {title}"
    yield ""
    yield from _table(first, rows)


def _table(first: str, rows: Iterator[tuple[str, str]] | list[tuple[str, str]]) -> Iterator[str]:
    yield f"| {first} | |"
    yield "|---|---|"
    for name, text in rows:
        yield f"| `{name}` | {text} |"
    yield ""


def _word(word: Word) -> str:
    many = word.metavar + ("…" if word.times in ("*", "+") else "")
    return f"[{many}]" if word.times in ("?", "*") else many


def _flag(flag: Flag) -> str:
    value = flag.metavar or ",".join(flag.choices)
    return ", ".join(flag.names) + (f" {value}" if value else "")


if __name__ == "__main__":
    sys.stdout.write(page())
