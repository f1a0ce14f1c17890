"""Reading the configuration: defaults, then the file, then the environment.

Every mistake is found before anything is reported, and each names the key, the file and the line, or the variable.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from shlex import quote
from typing import Any, NamedTuple

from vaultd.config.definition import KEYS, SECTIONS, Config, default_file, variable
from vaultd.config.kinds import TomlValue
from vaultd.config.layout import line_of
from vaultipc.errors import ConfigError

OTHER_VARIABLES = ("VVAULT_CONFIG", "VVAULT_SOCKET")


def load(path: Path | None, environ: Mapping[str, str]) -> Config:
    """The configuration from `path`, or from VVAULT_CONFIG, or from the usual place, which may be absent.

    Raises ConfigError for the first mistake; its hint counts the others.
    """
    config, problems = examine(path, environ)
    if config is not None:
        return config
    first = problems[0]
    if len(problems) > 1:
        more = f"{len(problems) - 1} more: `{_checking(path)}`"
        first.hint = f"{first.hint} ({more})" if first.hint else more
    raise first


def _checking(path: Path | None) -> str:
    """The command that lists every mistake of this very file."""
    return "vvault config check" + (f" --config {quote(str(path))}" if path is not None else "")


def examine(path: Path | None, environ: Mapping[str, str]) -> tuple[Config | None, list[ConfigError]]:
    """The configuration, or None and everything that is wrong with it."""
    file, demanded = where(path, environ)
    try:
        text = _text_of(file, demanded)
        return examine_text(text, file, environ)
    except ConfigError as problem:
        return None, [problem]


def where(path: Path | None, environ: Mapping[str, str]) -> tuple[Path, bool]:
    """The file to read, and whether somebody asked for it, so that it must exist."""
    if path is not None:
        return path, True
    if environ.get("VVAULT_CONFIG"):
        return Path(environ["VVAULT_CONFIG"]), True
    return default_file(environ), False


def examine_text(text: str, file: Path, environ: Mapping[str, str]) -> tuple[Config | None, list[ConfigError]]:
    """As `examine`, for a text that would stand in `file`. Raises ConfigError if it is not TOML."""
    gathered = _Gathered()
    for section, keys in KEYS.items():
        for name, key in keys.items():
            gathered.take(section, name, key.default, "default")
    _take_file(gathered, parse(text, file), text, file)
    _take_environment(gathered, environ)
    if gathered.problems:
        return None, gathered.problems
    return _build(gathered, file, environ), []


def parse(text: str, file: Path) -> dict[str, object]:
    """The TOML document. Raises ConfigError with the line of a syntax error."""
    if not text:
        return {}
    import tomllib  # only where it is needed: the command line reads the configuration on every start

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        what, _, place = str(error).rstrip(")").partition(" (at ")
        if not place.startswith("line"):
            place = f"line {text.count(chr(10)) + 1}, at the end"
        message = f"{file}, {place}: this is not TOML: {what}"
        raise ConfigError(message, hint="see docs/configuration.md") from error


class _Gathered:
    """Values found so far; a later one replaces an earlier one."""

    def __init__(self) -> None:
        self.written: dict[str, TomlValue] = {}
        self.sources: dict[str, str] = {}
        self.problems: list[ConfigError] = []

    def take(self, section: str, name: str, value: TomlValue, source: str) -> None:
        self.written[f"{section}.{name}"] = value
        self.sources[f"{section}.{name}"] = source


def _text_of(file: Path, demanded: bool) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        if demanded:
            message = f"there is no configuration file {file}"
            raise ConfigError(message, hint="check --config or VVAULT_CONFIG") from None
        return ""
    except UnicodeDecodeError as error:
        line = file.read_bytes()[: error.start].count(b"\n") + 1
        raise ConfigError(f"{file}, line {line}: this is not UTF-8", hint="save the file as UTF-8") from error
    except OSError as error:
        raise ConfigError(f"cannot read {file}: {error.strerror}") from error


def _take_file(gathered: _Gathered, document: Mapping[str, object], text: str, file: Path) -> None:
    for section, entries in document.items():
        if section not in KEYS:
            gathered.problems.append(_unknown_section(section, entries, text, file))
        elif not isinstance(entries, dict):
            place = _place(file, line_of(text, "", section))
            gathered.problems.append(ConfigError(f"{section} in {place} must be a table: [{section}]"))
        else:
            for name, value in entries.items():
                _take_entry(gathered, section, name, value, _Place(text, file))


class _Place(NamedTuple):
    """The text of a file, to name lines of it."""

    text: str
    file: Path

    def of(self, section: str, name: str) -> str:
        return _place(self.file, line_of(self.text, section, name))


def _take_entry(gathered: _Gathered, section: str, name: str, value: object, place: _Place) -> None:
    key = KEYS[section].get(name)
    if key is None:
        message = f"unknown key {section}.{name} in {place.of(section, name)}"
        gathered.problems.append(ConfigError(message, hint=_suggest_key(section, name)))
        return
    try:
        line = line_of(place.text, section, name)
        source = f"{place.file}:{line}" if line else str(place.file)
        gathered.take(section, name, key.kind.check(value), source)
    except ValueError:
        message = f"{section}.{name} in {place.of(section, name)} must be {key.kind.wanted}, not {_shown(value)}"
        gathered.problems.append(ConfigError(message))


def _take_environment(gathered: _Gathered, environ: Mapping[str, str]) -> None:
    known = {variable(section, name): (section, name) for section, name in names()}
    for word in sorted(environ):
        if word in known:
            section, name = known[word]
            key = KEYS[section][name]
            try:
                gathered.take(section, name, key.kind.parse(environ[word]), word)
            except ValueError:
                message = f"{section}.{name} from the variable {word} must be {key.kind.wanted}, not {environ[word]!r}"
                gathered.problems.append(ConfigError(message))
        elif (near := _near_variable(word, known)) is not None:
            hint = f"did you mean {near}?" if near else "docs/configuration.md lists all keys"
            gathered.problems.append(ConfigError(f"the variable {word} names no key", hint=hint))


def _near_variable(word: str, known: Iterable[str]) -> str | None:
    """The variable that was probably meant, '' if none is near; None if this is no misspelt one of ours.

    Others that start with VVAULT_ may belong to anybody, so that a misspelt section counts only if all of it is near.
    """
    if word in OTHER_VARIABLES or not word.startswith("VVAULT_"):
        return None
    of_section = word.startswith(tuple(f"VVAULT_{section.upper()}_" for section in KEYS))
    return _nearest(word, known, 0.6 if of_section else 0.85) or ("" if of_section else None)


def names() -> Iterator[tuple[str, str]]:
    """Every key as (section, name), in the order of the documentation."""
    for section, keys in KEYS.items():
        for name in keys:
            yield section, name


def _build(gathered: _Gathered, file: Path, environ: Mapping[str, str]) -> Config:
    sections: dict[str, Any] = {
        section: SECTIONS[section](
            **{name: key.kind.resolve(gathered.written[f"{section}.{name}"], environ) for name, key in keys.items()}
        )
        for section, keys in KEYS.items()
    }
    return Config(**sections, file=file, sources=gathered.sources, written=gathered.written)


def _unknown_section(section: str, entries: object, text: str, file: Path) -> ConfigError:
    if isinstance(entries, dict):
        near = _nearest(section, KEYS)
        hint = f"did you mean [{near}]?" if near else f"the sections are {', '.join(KEYS)}"
        return ConfigError(f"unknown section [{section}] in {_place(file, line_of(text, section))}", hint=hint)
    holders = [holder for holder, keys in KEYS.items() if section in keys]
    hint = f"put it below [{holders[0]}]" if holders else "every key stands in a section; see docs/configuration.md"
    return ConfigError(f"the key {section} in {_place(file, line_of(text, '', section))} is in no section", hint=hint)


def suggestion(full_name: str) -> str:
    """What a person who wrote this unknown key probably meant."""
    section, _, name = full_name.partition(".")
    return _suggest_key(section, name)


def _suggest_key(section: str, name: str) -> str:
    every = [f"{known}.{key}" for known, key in names()]
    near = next((key for key in every if key.endswith(f".{name}")), "") or _nearest(f"{section}.{name}", every)
    if near:
        return f"did you mean {near}?"
    keys = KEYS.get(section)
    return f"the keys of [{section}] are {', '.join(keys)}" if keys else f"the sections are {', '.join(KEYS)}"


def _nearest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    from difflib import get_close_matches  # mistakes are rare, imports are not

    return next(iter(get_close_matches(word, known, n=1, cutoff=cutoff)), "")


def _place(file: Path, line: int | None) -> str:
    return f"{file}, line {line}" if line else str(file)


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)
