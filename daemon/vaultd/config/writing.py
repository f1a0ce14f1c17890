"""Changing one key in the configuration file without disturbing the rest of it.

Comments and order are kept: only the lines of the key are replaced, or one line is added. The new text is read back
before it is written; should a file be laid out so that this does not give the intended document, it is written anew.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from vaultd.config.definition import KEYS, Config, Key
from vaultd.config.kinds import TomlValue
from vaultd.config.layout import end_of_table, line_of
from vaultd.config.reading import examine_text, parse, suggestion, where
from vaultipc.errors import ConfigError, NotFound


def find(full_name: str) -> tuple[str, str, Key]:
    """The key called `section.name`. Raises NotFound with a suggestion."""
    section, _, name = full_name.partition(".")
    key = KEYS.get(section, {}).get(name)
    if key is None:
        raise NotFound(f"there is no key {full_name}", hint=suggestion(full_name))
    return section, name, key


def set_key(path: Path | None, environ: Mapping[str, str], full_name: str, text: str) -> Config:
    """Writes `text` as the value of a key and returns the configuration as it is then.

    Raises NotFound for an unknown key, ConfigError for a value that is not of its kind or a file that has other
    mistakes; then nothing was written.
    """
    section, name, key = find(full_name)
    file, _ = where(path, environ)
    try:
        value = key.kind.parse(text)
    except ValueError as error:
        raise ConfigError(f"{full_name} must be {error}, not {text!r}") from error
    old = file.read_text(encoding="utf-8") if file.exists() else ""
    document = parse(old, file)
    entries = document.setdefault(section, {})
    if not isinstance(entries, dict):
        raise ConfigError(f"{section} in {file} must be a table: [{section}]")
    entries[name] = value
    new = _edited(old, section, name, value)
    if not _reads_as(new, document):
        new = _toml(document)
    config, problems = examine_text(new, file, environ)
    if config is None:
        raise problems[0]
    _replace(file, new)
    return config


def _edited(text: str, section: str, name: str, value: TomlValue) -> str:
    lines = text.splitlines()
    entry = _toml({name: value}).rstrip("\n")
    at = line_of(text, section, name)
    if at is not None:
        name_as_written = lines[at - 1].split("=", 1)[0].rstrip()
        replacement = name_as_written + " = " + entry.split("=", 1)[1].strip()
        lines[at - 1 : _end_of_entry(lines, at)] = replacement.split("\n")
    elif (end := end_of_table(text, section)) is not None:
        lines[end:end] = entry.split("\n")
    else:
        lines += ([""] if lines else []) + [f"[{section}]", *entry.split("\n")]
    return "\n".join(lines) + "\n"


def _end_of_entry(lines: list[str], start: int) -> int:
    """The number of the last line of the entry that begins on line `start`; arrays and long texts span several."""
    for end in range(start, len(lines) + 1):
        if _document("\n".join(lines[start - 1 : end])) is not None:
            return end
    return start


def _document(text: str) -> dict[str, object] | None:
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def _reads_as(text: str, document: dict[str, object]) -> bool:
    return _document(text) == document


def _toml(document: Mapping[str, object]) -> str:
    import tomli_w  # only here: reading must stay fast for the command line

    return tomli_w.dumps(document)


def _replace(file: Path, text: str) -> None:
    """Replaces the file whole or not at all, keeping a link to it and its mode."""
    import tempfile

    target = file.resolve()
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    mode = target.stat().st_mode & 0o777 if target.exists() else 0o600
    descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=".config.")
    try:
        with open(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fchmod(descriptor, mode)
            os.fsync(descriptor)
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
