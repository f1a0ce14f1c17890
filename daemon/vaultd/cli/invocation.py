"""How this program is called from the user's shell, for every hint that names a command."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from shlex import quote

from vaultipc.socketpath import socket_path


def spelled() -> str:
    """`vvault` if the shell finds it, else the path of this one: from a clone it lies in `.venv/bin`."""
    script = Path(sys.executable).with_name("vvault")
    if shutil.which("vvault") or not script.exists():
        return "vvault"
    return _shortest(script)


def to_this(command: str, socket: Path) -> str:
    """A command that asks the daemon of this socket: `search car` → `search car --socket …`, where that is another."""
    return command if socket == socket_path() else f"{command} --socket {quote(str(socket))}"


def adapted(text: str) -> str:
    """A hint with its commands as they work here: `` `vvault up` `` → `` `.venv/bin/vvault up` ``."""
    return text.replace("`vvault ", f"`{spelled()} ")


def _shortest(script: Path) -> str:
    try:
        relative = os.path.relpath(script)
    except FileNotFoundError:  # the folder we stand in was deleted
        return str(script)
    return str(script) if relative.startswith("..") else relative
