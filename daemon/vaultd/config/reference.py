"""docs/configuration.md, written from the definition: `python -m vaultd.config.reference > docs/configuration.md`."""

import inspect
import json
import sys

from vaultd.config.definition import KEYS, SECTIONS, Key, variable

_HEAD = """\
# Configuration

<!-- Written by `python -m vaultd.config.reference`; change the definition, not this page. -->

One TOML file: `$XDG_CONFIG_HOME/visionary-vault/config.toml`, which is `~/.config/visionary-vault/config.toml` unless
you moved it. `--config FILE` or the variable `VVAULT_CONFIG` name another. It need not exist: every key has a default.

    [search]
    level = "loose"

    [library]
    ignore = [".*", "*.part", "Screenshots"]

Each key can also be set by a variable, `VVAULT_SECTION_KEY`, which wins over the file: `VVAULT_SEARCH_LEVEL=loose`.
In a variable a list is separated by commas, or is a TOML array.

| | |
|---|---|
| `vvault config show` | every key, its value, its default and where the value comes from |
| `vvault config get search.level` | one value |
| `vvault config set search.level loose` | writes it to the file; the rest of the file stays as it is |
| `vvault config path` | which file is read |
| `vvault config check` | everything that is wrong with it, by key, file and line |

A mistake is never passed over: an unknown key, a value of the wrong kind or a misspelt variable is an error (exit code
2) that names it and what you may have meant. The daemon reads the configuration when it starts.
"""


def page() -> str:
    """The text of docs/configuration.md."""
    parts = [_HEAD]
    for section, keys in KEYS.items():
        parts.append(f"\n## [{section}]\n\n{inspect.getdoc(SECTIONS[section])}\n")
        parts += [_entry(section, name, key) for name, key in keys.items()]
    return "".join(parts)


def _entry(section: str, name: str, key: Key) -> str:
    default = json.dumps(key.default, ensure_ascii=False)
    return (
        f"\n### {section}.{name}\n\n{key.doc}\n\n"
        f"- must be {key.kind.wanted}\n- default: `{default}`\n- variable: `{variable(section, name)}`\n"
    )


if __name__ == "__main__":
    sys.stdout.write(page())
