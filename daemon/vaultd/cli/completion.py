"""Shell completion, generated from the same commands as the parser."""

from __future__ import annotations

import argparse
import re
from typing import Any

import shtab

from vaultd.cli.command import GLOBAL_FLAGS, Command
from vaultd.cli.commands.upkeep import SHELLS
from vaultd.cli.parsing import add_arguments
from vaultd.cli.registry import COMMANDS
from vaultipc.errors import UserError

_FILES: dict[str, Any] = {"file": shtab.FILE, "folder": shtab.DIRECTORY}
_ZSH = """
_vvault_query() {
  local -a found
  found=("${(@f)$(vvault complete --line zsh -- "$LBUFFER" 2>/dev/null)}")
  compadd -U -S '' -- ${(M)found:#*:}
  compadd -U -- ${${found:#*:}:#}
}
"""
_BASH = """
_vvault_query() {
  vvault complete --line bash -- "${COMP_LINE:0:COMP_POINT}" 2>/dev/null
}
"""
_QUERY: Any = {
    "bash": "_vvault_query",
    "zsh": "_vvault_query",
    "fish": "(vvault complete --line fish -- (commandline -cp | string collect) 2>/dev/null)",
    "preamble": {"bash": _BASH, "zsh": _ZSH},
}
"""Where a query is typed, the daemon proposes."""
_BASH_END = """
# A field waits for its value: no space after it.
_vvault() {
  _shtab_vvault "$@"
  if [[ ${#COMPREPLY[@]} = 1 && "${COMPREPLY[0]}" == *: ]]; then
    compopt -o nospace 2>/dev/null || :
  fi
}

complete -o bashdefault -F _vvault vvault
"""


def script(shell: str) -> str:
    """Return the completion script of `shell`. Raises UserError for one that is not known."""
    known = [name for name in SHELLS if name in shtab.SUPPORTED_SHELLS]
    if shell not in known:
        raise UserError(f"There is no completion for {shell!r}.", hint=f"Known: {', '.join(known)}.")
    text = str(shtab.complete(_full_parser(), shell))
    if shell == "zsh":
        # shtab lets zsh complete only the first word of several ("(*):" is a list of exclusions, "*:" all that follow).
        return re.sub(r'"\(\*\):([^"]*:_vvault_query")', r'"*:\1', text)
    return text + (_BASH_END if shell == "bash" else "")


def _full_parser() -> argparse.ArgumentParser:
    """One parser of all commands, which the command line itself is too impatient to build."""
    parser = argparse.ArgumentParser(prog="vvault")
    _add_global(parser)
    below = parser.add_subparsers()
    groups: dict[str, Any] = {}
    for command in sorted(COMMANDS.values(), key=lambda command: command.name):
        first, _, second = command.name.partition(" ")
        if second and first not in groups:
            grouped = below.choices[first] if first in below.choices else below.add_parser(first)
            groups[first] = grouped.add_subparsers()
        _add(groups[first] if second else below, second or first, command)
    return parser


def _add(below: Any, name: str, command: Command) -> None:
    parser = below.add_parser(name, help=command.summary.replace("`", ""))
    _add_global(parser)
    words = add_arguments(parser, command)
    for word in command.words:
        if word.files:
            words[word.name].complete = _FILES[word.files]  # type: ignore[attr-defined]
        elif word.text or word.names:
            words[word.name].complete = _QUERY  # type: ignore[attr-defined]


def _add_global(parser: argparse.ArgumentParser) -> None:
    for flag in GLOBAL_FLAGS:
        if flag.takes_value:
            parser.add_argument(*flag.names, help=flag.help)
        else:
            parser.add_argument(*flag.names, action="store_true", help=flag.help)
