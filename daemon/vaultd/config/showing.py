"""The configuration as clients show it."""

import os
from typing import NamedTuple

from vaultd.config.definition import KEYS, Config
from vaultd.config.kinds import TomlValue


class Shown(NamedTuple):
    """One key. `value` is as the file or the variable gives it; `source`: `default`, `FILE:LINE`, or a variable."""

    value: TomlValue
    default: TomlValue
    source: str


def shown(config: Config) -> dict[str, Shown]:
    """Every key by its full name, in the order of the documentation."""
    return {
        full_name: Shown(_encodable(value), _default(full_name), str(_encodable(config.sources[full_name])))
        for full_name, value in config.written.items()
    }


def _default(full_name: str) -> TomlValue:
    section, _, name = full_name.partition(".")
    return KEYS[section][name].default


def _encodable(value: TomlValue) -> TomlValue:
    """Variables may hold bytes that are not UTF-8; JSON may not."""
    if isinstance(value, str):
        return os.fsencode(value).decode("utf-8", "replace")
    if isinstance(value, list):
        return [os.fsencode(item).decode("utf-8", "replace") for item in value]
    return value
