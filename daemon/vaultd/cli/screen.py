"""Where a command's answer goes: JSON for programs, plain lines for pipes, tables for a terminal.

Answers go to stdout, everything said beside them to stderr. A path in a pipe is its exact bytes; on a terminal control
characters are shown as escapes, so that a file name cannot rewrite the screen. Rich is imported for tables only.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from rich.console import Console

Cell = str | bytes


class Screen:
    """`nul`: paths end with a NUL byte and are all that is printed, even on a terminal."""

    def __init__(self, *, json: bool = False, quiet: bool = False, nul: bool = False) -> None:
        self.json = json
        self.quiet = quiet
        self.nul = nul
        self.terminal = sys.stdout.isatty() and not nul

    def raw(self, answer: bytes) -> None:
        """Print a JSON object as it came."""
        _write(answer + b"\n")

    def paths(self, paths: Iterable[bytes]) -> None:
        """Print exact paths, one a line, or NUL-terminated."""
        end = b"\0" if self.nul else b"\n"
        if self.terminal:
            _write(b"".join(printable(path).encode(errors="replace") + end for path in paths))
        else:
            _write(b"".join(path + end for path in paths))

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
        """Print rows: a table with a head on a terminal, else fields separated by tabs.

        The title of a column of numbers starts with `>`, that of one whose long texts may be broken with `*`.
        """
        if not self.terminal:
            _write(b"".join(b"\t".join(map(_field, row)) + b"\n" for row in rows))
            return
        from rich import box
        from rich.table import Table

        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for column in columns:
            justify: Literal["left", "right"] = "right" if column.startswith(">") else "left"
            long = column.startswith("*")
            table.add_column(column.lstrip(">*"), justify=justify, no_wrap=not long, overflow="fold")
        for row in rows:
            table.add_row(*map(printable, row))
        self.console().print(table)

    def pairs(self, pairs: Iterable[tuple[str, Cell]]) -> None:
        """Print names and values, one pair a line."""
        pairs = list(pairs)
        width = max((len(name) for name, _ in pairs), default=0)
        for name, value in pairs:
            if self.terminal:
                _write(f"{name:<{width}}  {printable(value)}\n".encode(errors="replace"))
            else:
                _write(name.encode() + b"\t" + _field(value) + b"\n")

    def line(self, text: str) -> None:
        """Print one line of an answer."""
        _write(os.fsencode(text) + b"\n")

    def say(self, text: str) -> None:
        """Tell the person something beside the answer."""
        if not self.quiet:
            print(printable(text), file=sys.stderr, flush=True)

    def console(self) -> Console:
        """A Rich console that takes every text as it is: no markup, no emoji, no highlighting."""
        from rich.console import Console

        return Console(markup=False, emoji=False, highlight=False)


def printable(text: Cell) -> str:
    """Return `text` as a terminal may show it: control characters and broken bytes as escapes."""
    if isinstance(text, bytes):
        text = text.decode(errors="surrogateescape")
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    if "\udc80" <= char <= "\udcff":
        return f"\\x{ord(char) - 0xDC00:02x}"
    return char.encode("unicode_escape").decode("ascii")


def _field(value: Cell) -> bytes:
    """A field of a tab-separated line: whatever is in it, it stays one field of one line."""
    raw = value if isinstance(value, bytes) else value.encode(errors="surrogateescape")
    return raw.replace(b"\\", b"\\\\").replace(b"\t", b"\\t").replace(b"\n", b"\\n") if raw else b""


def _write(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
