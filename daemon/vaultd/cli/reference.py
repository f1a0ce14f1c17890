"""docs/cli.md, written from the commands: `python -m vaultd.cli.reference > docs/cli.md`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from vaultd.cli.command import GLOBAL_FLAGS, Command, Flag, Word
from vaultd.cli.registry import COMMANDS

_HEAD = """\
# The command line

<!-- Written by `python -m vaultd.cli.reference`; change the command in vaultd/cli/commands/, not this page. -->

    vvault search red car -people
    vvault tag pets/dogs --query 'dog' && vvault undo
    vvault search 'after:2023 beach' -0 | xargs -0 cp -t ~/usb

Words and flags may come in any order; what follows `--` is no flag. A word of a query may begin with `-`:
`vvault search car -red`. An IMAGE is an id if it is all digits, else a path; a file called `123` is `./123`.

On a terminal an answer is a table or a list. In a pipe, commands that list pictures, files or folders print their
paths, one a line, byte for byte; with `-0` each ends with a NUL byte. Other commands print fields separated by tabs, in
which a newline is `\\n`, a tab `\\t` and a backslash `\\\\`.

With `--json` a command prints exactly one JSON object on standard output, the socket's own [result](socket.md);
messages and progress go to standard error. An error is then `{"error": {"code", "message", "hint", "position"?}}`,
where `position` counts characters from 0. `NO_COLOR` is honoured. `vvault completion bash` prints a completion script.

## Exit codes

| code | meaning |
|---|---|
| 0 | done |
| 1 | nothing matched (search, similar, duplicates), or a check failed (doctor, wait) |
| 2 | the command line, the query or the configuration has a mistake |
| 3 | no daemon answers, or it is of a version that does not fit |
| 4 | not found, or refused |
| 5 | busy, or held by somebody else |
| 6 | some of several things failed |
| 70 | a mistake of ours; `--verbose` says where |
| 130 | Ctrl-C |
"""


def page() -> str:
    """The text of docs/cli.md."""
    shown = [command for command in COMMANDS.values() if not command.hidden]
    head = f"{_HEAD}\n## Flags of every command\n\n{_rows(GLOBAL_FLAGS)}\n## Commands\n"
    return head + "".join(map(_entry, shown))


def _entry(command: Command) -> str:
    usage = " ".join(["vvault", command.name, *map(_usage, command.words)])
    asked = f" Asks the socket's [`{command.method}`](socket.md)." if command.method else ""
    rows = _rows((*command.words, *command.flags))
    return f"\n### `{usage}`\n\n{command.summary}{asked}\n" + (f"\n{rows}" if rows else "")


def _rows(takes: Sequence[Flag | Word]) -> str:
    lines = [f"| `{_spelled(item)}` | {item.help.replace('|', '/')} |\n" for item in takes]
    return "| | |\n|---|---|\n" + "".join(lines) if lines else ""


def _spelled(item: Flag | Word) -> str:
    if isinstance(item, Word):
        return item.metavar
    value = item.metavar or " or ".join(item.choices)
    return " ".join(filter(None, (", ".join(item.names), value)))


def _usage(word: Word) -> str:
    return {"1": "{}", "?": "[{}]", "*": "[{}…]", "+": "{}…"}[word.times].format(word.metavar)


if __name__ == "__main__":
    sys.stdout.write(page())
