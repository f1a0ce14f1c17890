"""`vvault service install`: writes the units, enables and starts them."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from pathlib import Path

from vaultd.config import load
from vaultd.service import units
from vaultd.service.systemctl import is_active, systemctl
from vaultipc.errors import Held
from vaultipc.socketpath import socket_path


def install(
    config_path: Path | None = None, *, start: bool = True, environ: Mapping[str, str] = os.environ
) -> list[str]:
    """Writes the units for this user, then enables and starts them; doing it again brings them up to date.

    With `start` false the files are only written, which needs no systemd. Returns what was done, a line each. Raises
    ConfigError if the configuration cannot be used, NoSession if there is no user systemd (nothing is written then),
    Held if a daemon already runs outside systemd.
    """
    config = load(config_path, environ)
    texts = units.rendered(config, environ, config_path)
    folder = units.folder(environ)
    if start:
        systemctl("show-environment")  # is anybody there? asked before anything is written
        _refuse_a_rival(environ)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_bytes(os.fsencode(text))
    lines = [f"wrote {', '.join(texts)} to {folder}"]
    if not start:
        return [*lines, f"start them with: systemctl --user daemon-reload && systemctl --user enable --now {_all()}"]
    systemctl("daemon-reload")
    systemctl("enable", *units.NAMES)
    systemctl("restart", *units.NAMES)
    return [
        *lines,
        f"enabled and started: pictures appear in {config.mount.path}, and `vvault web --open` shows them in a browser",
        "It runs while you are logged in; to have it run always: loginctl enable-linger",
    ]


def _all() -> str:
    return " ".join(units.NAMES)


def _refuse_a_rival(environ: Mapping[str, str]) -> None:
    """systemd would take the socket away from a daemon that runs in a terminal, and then fail on its catalog."""
    path = socket_path(None, environ)
    if is_active("vvault.socket"):
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        if probe.connect_ex(str(path)) == 0:
            raise Held(
                f"A daemon that systemd did not start answers on {path}.",
                hint="End it first: `vvault stop`.",
            )
