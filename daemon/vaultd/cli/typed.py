"""A command line that is still being typed: the query in it, and how a shell takes what is proposed for it.

The shell hands over the line up to the cursor, for only it and we know its quotes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal

from vaultd.cli.command import Command
from vaultd.cli.parsing import UsageError, named_word, text_words

Shell = Literal["bash", "zsh", "fish"]

_ENDING = "|&;\n"
"""What ends one command and begins another, outside quotes."""
_BREAKS = ":="
"""Where bash begins a new word for completion, though not for the command (COMP_WORDBREAKS)."""
_PLAIN = re.compile(r"[\w@%+:,./=-]", re.ASCII)


@dataclass(frozen=True, slots=True)
class Typed:
    """The last word of a line: what it says, how it is written, and the quote that is open in it ('' if none)."""

    before: tuple[str, ...]
    last: str
    raw: str
    quote: str


@dataclass(frozen=True, slots=True)
class TypedQuery:
    """`text`: the query as far as it is typed; `at`: where in it the shell's last word begins."""

    text: str
    at: int
    word: Typed


def query_of(line: str, commands: Mapping[str, Command]) -> TypedQuery | None:
    """The query whose words are typed at the end of a line, None where something else is."""
    word = split(line)
    try:
        said = text_words(_arguments(word), commands)
    except UsageError:
        return None
    if said is None:
        return None
    text = " ".join(said)
    return TypedQuery(text, len(text) - len(word.last), word)


def name_of(line: str, commands: Mapping[str, Command]) -> tuple[str, TypedQuery] | None:
    """What of the library is being named at the end of a line (`tag`, `album`), and its name as far as it is typed."""
    word = split(line)
    try:
        kind = named_word(_arguments(word), commands)
    except UsageError:
        return None
    return (kind, TypedQuery(word.last, 0, word)) if kind else None


def _arguments(word: Typed) -> list[str]:
    """What stands after `vvault`, the word that is typed included. Raises UsageError where that is no word."""
    program = next((place for place, one in enumerate(word.before) if PurePath(one).name == "vvault"), None)
    if program is None or word.last.startswith("--"):
        raise UsageError("no word of a command is being typed")
    return [*word.before[program + 1 :], word.last]


def split(line: str) -> Typed:
    """The words of the command at the end of a line, by the quoting that all these shells share."""
    words: list[str] = []
    word, quote, start = None, "", len(line)
    at = 0
    while at < len(line):
        sign = line[at]
        if word is None and not sign.isspace():
            word, start = "", at
        if not quote and (sign.isspace() or sign in _ENDING):
            words = [] if sign in _ENDING else words + ([word] if word is not None else [])
            word, start = None, len(line)
        elif sign == "\\" and quote != "'":
            at += 1
            word = (word or "") + line[at : at + 1]
        elif sign == quote or (not quote and sign in "\"'"):
            quote = "" if quote else sign
        else:
            word = (word or "") + sign
        at += 1
    return Typed(tuple(words), word or "", line[start:], quote)


def insertion(shell: Shell, query: TypedQuery, start: int, proposed: str) -> str | None:
    """What the shell must put in the place of its last word, for `proposed` to stand in the query from `start` on.

    None where that cannot be said: the shell would have to change an earlier word, or a quote in the middle of one.
    """
    if start < query.at or not proposed.isprintable():
        return None
    word = query.text[query.at : start] + proposed
    return word if shell != "bash" else _for_bash(query.word, word)


def _for_bash(typed: Typed, word: str) -> str | None:
    """Bash quotes nothing itself, and replaces only what follows the last of `_BREAKS`."""
    if typed.quote:
        if typed.raw.count(typed.quote) > 1 or typed.raw[0] != typed.quote or (typed.quote == "'" and "'" in word):
            return None
        return word if typed.quote == "'" else re.sub(r'(["\\$`])', r"\\\1", word)
    kept = split(typed.raw[: max(typed.raw.rfind(sign) for sign in _BREAKS) + 1]).last
    if not word.startswith(kept):
        return None
    return "".join(sign if _PLAIN.match(sign) or ord(sign) > 127 else f"\\{sign}" for sign in word[len(kept) :])
