"""From the words of the command line to a command and its options.

Global flags stand before or after the command. Words that begin with `-` are part of a query where a query is expected:
`vvault search car -red` needs no quotes.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, NoReturn

from vaultd.cli.command import GLOBAL_FLAGS, Command, Flag, Word, flag_names
from vaultd.cli.overview import overview_below
from vaultipc.errors import UserError

_GLOBAL = flag_names(list(GLOBAL_FLAGS))
_HELP = ("-h", "--help")
_LAST = "\0"
"""In the place of an argument that is still being typed: no argument can hold it."""


class UsageError(UserError):
    """The command line cannot be understood."""


class Asked(NamedTuple):
    """What the command line says. Without a command: about `vvault` itself. `topic`: help, version or nothing."""

    command: Command | None
    options: argparse.Namespace
    topic: str = ""


class Parser(argparse.ArgumentParser):
    """An argparse parser that raises UsageError instead of printing and leaving."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{self.prog}: {message}", hint=f"See `{self.prog} --help`.")


def parse(arguments: Sequence[str], commands: Mapping[str, Command]) -> Asked:
    """Raises UsageError for an unknown command, flag, or value."""
    places = _words_of(arguments)
    if not places:
        return _about_itself(list(arguments))
    if _asks_below(arguments, places, commands):
        text = overview_below(arguments[places[0]], commands)
        return Asked(None, argparse.Namespace(json=False, help=text), "help")
    command, named_by = _command(arguments, places, commands)
    rest = [argument for place, argument in enumerate(arguments) if place not in named_by]
    parser = command_parser(command)
    options, words = _sorted(rest, command)
    if any(name in options for name in _HELP):
        return Asked(command, argparse.Namespace(json=False, help=parser.format_help()), "help")
    if "--version" in options:
        return Asked(None, argparse.Namespace(json=False), "version")
    _refuse_surplus(words, command, commands)
    return Asked(command, parser.parse_args([*options, "--", *words] if command.words else options))


def text_words(arguments: Sequence[str], commands: Mapping[str, Command]) -> list[str] | None:
    """The words of the query that the last of the arguments is part of, None if it is something else.

    Raises UsageError where the arguments before it are already wrong.
    """
    typed = _typed(arguments, commands)
    if typed is None:
        return None
    command, words = typed
    first = next((place for place, word in enumerate(command.words) if word.text), len(words) + 1)
    if len(words) < first or (command.words[first].times == "1" and len(words) > first):
        return None
    return [*words[first:], arguments[-1]]


def named_word(arguments: Sequence[str], commands: Mapping[str, Command]) -> str:
    """What of the library the last of the arguments names: `tag`, `album`, or '' if nothing. Raises UsageError, too."""
    typed = _typed(arguments, commands)
    if typed is None or len(typed[1]) >= len(typed[0].words):
        return ""
    return typed[0].words[len(typed[1])].names


def _typed(arguments: Sequence[str], commands: Mapping[str, Command]) -> tuple[Command, list[str]] | None:
    """The command and the words before the last argument, None if that is no word of a command."""
    before = arguments[:-1]
    places = _words_of(before)
    if not places:
        return None
    command, named_by = _command(before, places, commands)
    rest = [argument for place, argument in enumerate(before) if place not in named_by]
    _, words = _sorted([*rest, _LAST], command)
    return (command, words[:-1]) if words and words[-1] == _LAST else None


def command_parser(command: Command) -> Parser:
    """The parser of one command, its global flags included."""
    parser = Parser(prog=f"vvault {command.name}", description=command.summary, allow_abbrev=False)
    add_arguments(parser, command)
    for flag in GLOBAL_FLAGS:
        _add_flag(parser, flag)
    return parser


def add_arguments(parser: argparse.ArgumentParser, command: Command) -> dict[str, argparse.Action]:
    """Adds what `command` takes; returns the action of each word by its name."""
    for flag in command.flags:
        _add_flag(parser, flag)
    return {word.name: _add_word(parser, word) for word in command.words}


def wants_json(arguments: Sequence[str]) -> bool:
    """Whether `--json` is among the arguments; for errors in arguments that cannot be parsed."""
    arguments = list(arguments)
    return "--json" in (arguments[: arguments.index("--")] if "--" in arguments else arguments)


def _add_flag(parser: argparse.ArgumentParser, flag: Flag) -> None:
    if flag.choices:
        parser.add_argument(*flag.names, choices=flag.choices, help=flag.help)
    elif flag.metavar:
        parser.add_argument(*flag.names, metavar=flag.metavar, type=flag.kind, help=flag.help)
    else:
        parser.add_argument(*flag.names, action="store_true", help=flag.help)


def _add_word(parser: argparse.ArgumentParser, word: Word) -> argparse.Action:
    times = None if word.times == "1" else word.times
    return parser.add_argument(word.name, metavar=word.metavar, nargs=times, help=word.help, type=word.kind)


def _words_of(arguments: Sequence[str]) -> list[int]:
    """The places of the arguments that are neither a flag nor the value of a global flag, up to the first two."""
    places: list[int] = []
    skip = False
    for place, argument in enumerate(arguments):
        if skip:
            skip = False
        elif not argument.startswith("-"):
            places.append(place)
        elif argument in _GLOBAL:
            skip = _GLOBAL[argument].takes_value
        elif places or argument == "--":
            break
    return places[:2]


def _command(arguments: Sequence[str], places: list[int], commands: Mapping[str, Command]) -> tuple[Command, list[int]]:
    """The command that the first word, or the first two, name, and the places of these."""
    words = [arguments[place] for place in places]
    for count in (2, 1):
        found = commands.get(" ".join(words[:count])) if len(words) >= count else None
        if found is not None:
            return found, places[:count]
    below = _below(words[0], commands)
    if below:
        hint = _nearest_below(words[0], " ".join(words[1:]), commands) or "See `vvault --help`."
        raise UsageError(f"vvault {words[0]}: say what to do: {', '.join(below)}.", hint=hint)
    raise UsageError(
        f"vvault has no command {words[0]!r}.", hint=_suggestion(words[0], commands) or "See `vvault --help`."
    )


def _asks_below(arguments: Sequence[str], places: list[int], commands: Mapping[str, Command]) -> bool:
    """Whether help is wanted about a word that only begins the names of commands."""
    first = arguments[places[0]]
    begins = first not in commands and any(name.startswith(f"{first} ") for name in commands)
    second = " ".join(arguments[place] for place in places)
    return begins and second not in commands and any(argument in _HELP for argument in arguments)


def _about_itself(arguments: list[str]) -> Asked:
    options = argparse.Namespace(json=wants_json(arguments))
    for argument in arguments:
        if argument == "--version":
            return Asked(None, options, "version")
        if argument in _HELP:
            return Asked(None, options, "help")
        if argument.startswith("-") and argument.split("=", 1)[0] not in _GLOBAL:
            raise UsageError(f"vvault has no flag {argument}.", hint="See `vvault --help`.")
    return Asked(None, options)


def _sorted(arguments: list[str], command: Command) -> tuple[list[str], list[str]]:
    """The flags with their values, and the words: argparse takes words scattered between flags badly."""
    known = {**_GLOBAL, **flag_names(command.flags), **dict.fromkeys((*_HELP, "--version"), Flag("help", ""))}
    takes_text = any(word.text for word in command.words)
    options: list[str] = []
    words: list[str] = []
    coming = iter(arguments)
    for argument in coming:
        name, _, _ = argument.partition("=")
        if argument == "--":
            words.extend(coming)
        elif name in known:
            waits = known[name].takes_value and name == argument
            options.append(f"{name}={_value(name, next(coming, None), command)}" if waits else argument)
        elif not argument.startswith("-") or argument == "-" or (takes_text and not argument.startswith("--")):
            words.append(argument)
        else:
            hint = _suggestion(name, known) or f"See `vvault {command.name} --help`."
            raise UsageError(f"vvault {command.name} has no flag {name}.", hint=hint)
    return options, words


def _refuse_surplus(words: list[str], command: Command, commands: Mapping[str, Command]) -> None:
    """A word that nothing reads is a mistake, most often a mistyped command: `vvault tags delet pets`."""
    if any(word.times in ("*", "+") for word in command.words) or len(words) <= len(command.words):
        return
    surplus = words[len(command.words)]
    hint = _nearest_below(command.name, words[0], commands) or f"See `vvault {command.name} --help`."
    raise UsageError(f"vvault {command.name} does not take {surplus!r}.", hint=hint)


def _below(first: str, commands: Mapping[str, Command]) -> list[str]:
    """What may follow the word `first` in the names of commands."""
    return [name.removeprefix(f"{first} ") for name in commands if name.startswith(f"{first} ")]


def _nearest_below(first: str, wrong: str, commands: Mapping[str, Command]) -> str:
    """The command that begins with `first` and goes on much like `wrong`, as a question; nothing if there is none."""
    near = _nearest(wrong, _below(first, commands))
    return f"Did you mean `vvault {first} {near}`?" if near else ""


def _value(name: str, value: str | None, command: Command) -> str:
    if value is None:
        raise UsageError(f"vvault {command.name}: {name} needs a value.", hint=f"See `vvault {command.name} --help`.")
    return value


def _suggestion(wrong: str, known: Iterable[str]) -> str:
    near = _nearest(wrong, known)
    return f"Did you mean {near}?" if near else ""


def _nearest(wrong: str, known: Iterable[str]) -> str:
    """The one of `known` that is written much like `wrong`, or nothing. Dashes make no two flags more alike."""
    import difflib  # only on the way to an error

    by_word = {name.lstrip("-"): name for name in known}
    return next((by_word[word] for word in difflib.get_close_matches(wrong.lstrip("-"), by_word, n=1)), "")
