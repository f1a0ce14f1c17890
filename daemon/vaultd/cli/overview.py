"""The help of `vvault` itself: every command in one line."""

from __future__ import annotations

from collections.abc import Mapping

from vaultd.cli.command import GLOBAL_FLAGS, Command, Flag

_HEAD = """usage: vvault COMMAND …

Your pictures, searchable by meaning as a file system.

"""
_FOOT = "\n`vvault COMMAND --help` says what a command takes.\n"


def overview(commands: Mapping[str, Command]) -> str:
    """Return the text of `vvault --help`."""
    shown = [(command.name, command.summary) for command in commands.values() if not command.hidden]
    flags = [(_spelled(flag), flag.help) for flag in GLOBAL_FLAGS]
    flags += [("--version", "Print the version."), ("-h, --help", "Print this, or the help of a command.")]
    width = max(len(name) for name, _ in shown + flags)
    return _HEAD + _lines("commands:", shown, width) + "\n" + _lines("flags, for every command:", flags, width) + _FOOT


def overview_below(first: str, commands: Mapping[str, Command]) -> str:
    """Return the text of `vvault config --help`, where `config` is only the first word of commands."""
    shown = [(name, command.summary) for name, command in commands.items() if name.startswith(f"{first} ")]
    head = f"usage: vvault {first} COMMAND …\n\n"
    return head + _lines("commands:", shown, max(len(name) for name, _ in shown)) + _FOOT


def _lines(title: str, rows: list[tuple[str, str]], width: int) -> str:
    return title + "\n" + "".join(f"  {name:<{width}}  {text}\n" for name, text in rows)


def _spelled(flag: Flag) -> str:
    return ", ".join(flag.names) + (f" {flag.metavar}" if flag.metavar else "")
