"""Where a command's answer goes: JSON for programs, plain lines for pipes, tables for a terminal.

Answers go to stdout, everything said beside them to stderr. A path in a pipe is its exact bytes; on a terminal control
characters are shown as escapes, so that a file name cannot rewrite the screen. Rich is imported for tables only.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

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

        The title of a column of numbers starts with `>`. Nothing is broken or cut, as a path must stay one that can be
        copied: what may be long stands in the last column.
        """
        if self.terminal:
            self._print_table([column.lstrip(">") for column in columns], rows, [name[0] == ">" for name in columns])
        else:
            _write(b"".join(b"\t".join(map(_field, row)) + b"\n" for row in rows))

    def _print_table(self, head: Sequence[str], rows: Iterable[Sequence[Cell]], numbers: Sequence[bool]) -> None:
        from rich.cells import cell_len

        lines = [head, *([printable(cell) for cell in row] for row in rows)]
        widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
        for line in lines:
            blanks = [" " * (width - cell_len(cell)) for cell, width in zip(line, widths, strict=True)]
            cells = (
                blank + cell if right else cell + blank
                for cell, blank, right in zip(line, blanks, numbers, strict=True)
            )
            text = "  ".join(cells).rstrip()
            if line is head:
                self.console().print(text, style="bold", soft_wrap=True)
            else:
                _write(text.encode(errors="replace") + b"\n")

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
