"""What a command is: its name, its words and flags, and what it does. The parser, the help, the shell completion and
the documentation are all made from these."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from vaultd.cli.call import Call


class Flag(NamedTuple):
    """`--name`, with a value if there is a `metavar` or `choices`. Not given it is None (a switch False)."""

    name: str
    help: str
    metavar: str = ""
    choices: tuple[str, ...] = ()
    kind: Callable[[str], object] = str
    short: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return (self.short, f"--{self.name}") if self.short else (f"--{self.name}",)

    @property
    def takes_value(self) -> bool:
        return bool(self.metavar or self.choices)


class Word(NamedTuple):
    """A word after the command. `text`: it is part of a query, where a leading `-` has a meaning and is no flag.

    `names`: it names something of the library that a shell may propose.
    """

    name: str
    metavar: str
    help: str
    times: Literal["1", "?", "*", "+"] = "1"
    files: Literal["", "file", "folder"] = ""
    text: bool = False
    kind: Callable[[str], object] = str
    names: Literal["", "tag", "album"] = ""


class Command(NamedTuple):
    """One command. `method` is the socket's method it asks, if any; `hidden` leaves it out of the overview."""

    name: str
    summary: str
    run: Callable[[Call], int]
    takes: tuple[Flag | Word, ...] = ()
    method: str = ""
    hidden: bool = False

    @property
    def flags(self) -> list[Flag]:
        return [item for item in self.takes if isinstance(item, Flag)]

    @property
    def words(self) -> list[Word]:
        return [item for item in self.takes if isinstance(item, Word)]


GLOBAL_FLAGS = (
    Flag("json", "Print the answer as one JSON object, and nothing else."),
    Flag("quiet", "Say nothing but the answer and errors.", short="-q"),
    Flag("verbose", "Say more: how long it took, and where a bug happened.", short="-v"),
    Flag("config", "Read the configuration from FILE.", metavar="FILE"),
    Flag("socket", "Ask the daemon at the socket PATH.", metavar="PATH"),
)

NUL = Flag("null", "End each path with a NUL byte instead of a newline, for `xargs -0`.", short="-0")


def flag_names(flags: list[Flag]) -> dict[str, Flag]:
    """Every spelling of `flags` → the flag."""
    return {name: flag for flag in flags for name in flag.names}
