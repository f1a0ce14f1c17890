"""The configuration, without asking the daemon: config show, get, set, path, check."""

from __future__ import annotations

import os
from typing import Any

from vaultd.cli.call import Call
from vaultd.cli.command import Command, Word
from vaultd.cli.failure import report
from vaultd.cli.invocation import adapted

KEY = Word("key", "KEY", "A key, as `mount.path`.")


def show(call: Call) -> int:
    from vaultd.config import shown

    return _values(call, {name: value._asdict() for name, value in shown(call.config).items()})


def get(call: Call) -> int:
    from vaultd.config import find, shown

    name = call.options.key
    find(name)
    value = shown(call.config)[name]
    answer = {"values": {name: value._asdict()}}
    return call.result(answer, lambda screen: screen.line(_text(value.value)))


def put(call: Call) -> int:
    from vaultd.config import set_key, shown

    name = call.options.key
    config = set_key(call.config_file, os.environ, name, call.options.value)
    value = shown(config)[name]
    if not value.source.startswith(str(config.file)):
        call.screen.say(f"Written to {config.file}, but {value.source} overrides it.")
    else:
        call.screen.say(f"Written to {config.file}. What runs reads it when it is started again: {_restart()}.")
    return call.result(
        {"values": {name: value._asdict()}}, lambda screen: screen.line(f"{name} = {_text(value.value)}")
    )


def _restart() -> str:
    """How what runs is started again: systemd has it in hand where `vvault service install` wrote its units."""
    from vaultd.service import units

    folder = units.folder(os.environ)
    services = [name for name in units.NAMES if name.endswith(".service") and (folder / name).exists()]
    if services:
        return f"`systemctl --user restart {' '.join(services)}`"
    return adapted("Ctrl-C where `vvault up` runs, and then `vvault up`")


def path(call: Call) -> int:
    from vaultd.config import where

    file = os.fspath(where(call.config_file, os.environ)[0])
    text = os.fsencode(file).decode(errors="replace")
    return call.result({"path": text}, lambda screen: screen.paths([os.fsencode(file)]))


def check(call: Call) -> int:
    """Every mistake, each in a line; exit code 2 if there is one."""
    from vaultd.config import examine

    _, problems = examine(call.config_file, os.environ)
    if not problems:
        return call.result({"ok": True}, lambda screen: screen.line("The configuration is fine."))
    for problem in problems[: 1 if call.screen.json else None]:
        report(problem, json=call.screen.json)
    return problems[0].exit_code


def _values(call: Call, values: dict[str, dict[str, Any]]) -> int:
    rows = ([name, _text(value["value"]), value["source"]] for name, value in values.items())
    return call.result({"values": values}, lambda screen: screen.table(("key", "value", "from"), rows))


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(value) if isinstance(value, list) else str(value)


COMMANDS = (
    Command("config show", "Show every key, its value, and where it comes from.", show, (), "config.show"),
    Command("config get", "Print the value of one key.", get, (KEY,)),
    Command("config set", "Write a key into the configuration file.", put,
            (KEY, Word("value", "VALUE", "Its value; a list is separated by commas.", text=True))),
    Command("config path", "Print where the configuration file is.", path),
    Command("config check", "Check the configuration file and the VVAULT_ variables.", check),
)  # fmt: skip
