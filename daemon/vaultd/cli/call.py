"""One run of a command: its options, the screen, and the daemon it asks."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from vaultd.cli.screen import Screen
from vaultipc.blocking import Client
from vaultipc.errors import EXIT_DONE
from vaultipc.socketpath import socket_path

if TYPE_CHECKING:
    from vaultd.config import Config

Answer = dict[str, Any]
SILENCE_S = 5.0
"""Without a byte for so long, the daemon is asked whether it lives, and has as long again to say so."""


def usual_config_file() -> Path:
    """Where `vaultd.config.default_file` looks, too, for those who do not import it to find nothing there."""
    given = Path(os.environ.get("XDG_CONFIG_HOME", ""))
    folder = given if given.is_absolute() else Path.home() / ".config"
    return folder / "visionary-vault" / "config.toml"


def _done(_answer: Answer) -> int:
    return EXIT_DONE


class Call:
    """What every command gets. Configuration and connection are made when they are first wanted."""

    def __init__(self, options: Namespace) -> None:
        self.options = options
        self.has_asked = False
        nul = getattr(options, "null", False)
        self.screen = Screen(json=options.json, quiet=options.quiet, nul=nul)

    @cached_property
    def socket(self) -> Path:
        return socket_path(self.options.socket)

    @cached_property
    def config_file(self) -> Path | None:
        """The file of `--config`, absolute, since children may stand elsewhere."""
        return Path(self.options.config).absolute() if self.options.config else None

    @cached_property
    def config(self) -> Config:
        from vaultd.config import load

        return load(self.config_file, os.environ)

    def notice_mistakes(self) -> None:
        """Raises ConfigError for a wrong configuration, though this command may need none: the daemon did not start
        with it, or will not start again. Where there is nothing to read, nothing is imported."""
        variables = [name for name in os.environ if name.startswith("VVAULT_") and name != "VVAULT_SOCKET"]
        if self.options.config or variables or usual_config_file().exists():
            _ = self.config

    def given(self, *names: str) -> Answer:
        """The options of these names that were given, as parameters of the socket."""
        values = {name: getattr(self.options, name.replace("-", "_")) for name in names}
        return {name: value for name, value in values.items() if value is not None and value is not False}

    def ask(self, method: str, params: Mapping[str, Any] | None = None) -> bytes:
        """The daemon's answer as JSON. Raises what the daemon raised, DaemonAway if there is none."""
        with self.connected() as client:
            return client.call_raw(method, params)

    def connected(self) -> Client:
        """A connection that gives up on a daemon that is frozen, and is patient with one that works."""
        self.has_asked = True
        return Client(self.socket, SILENCE_S, probe=True)

    def answer(
        self,
        method: str,
        params: Mapping[str, Any] | None,
        show: Callable[[Screen, Answer], None],
        judge: Callable[[Answer], int] = _done,
    ) -> int:
        """Ask, print the answer (`show`, or the JSON as it came), and return the exit code that `judge` finds in it."""
        raw = self.ask(method, params)
        answer: Answer = msgspec.json.decode(raw)
        if self.screen.json:
            self.screen.raw(raw)
        else:
            show(self.screen, answer)
        return judge(answer)

    def result(self, answer: Mapping[str, Any], show: Callable[[Screen], None]) -> int:
        """Print an answer that was found without the daemon."""
        if self.screen.json:
            self.screen.raw(msgspec.json.encode(answer))
        else:
            show(self.screen)
        return EXIT_DONE
