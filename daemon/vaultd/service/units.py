"""The unit files: templates of the package, filled in for this user.

Everything is absolute, and the variables that decide where things lie are written down: the environment of a user's
systemd is not that of their shell.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

from vaultd.config import Config
from vaultd.config.kinds import xdg_folder
from vaultipc.socketpath import socket_path

NAMES = ("vvault.socket", "vvault.service", "vvault-mount.service", "vvault-web.service")
"""In the order in which they start."""

PASSED_ON = ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")
"""Variables, besides VVAULT_…, that the service must see as the user's shell does."""


def folder(environ: Mapping[str, str]) -> Path:
    """Where a user's own units live (systemd.unit(5))."""
    return xdg_folder(environ, "XDG_CONFIG_HOME", ".config") / "systemd" / "user"


def rendered(config: Config, environ: Mapping[str, str], chosen: Path | None = None) -> dict[str, str]:
    """The text of each unit. `chosen` is the configuration file the user named, if they did."""
    flags = f" --config {word(str(chosen.absolute()))}" if chosen else ""
    mountpoint = str(config.mount.path)
    words = {
        "VVAULT": program() + flags,
        "SOCKET": _socket(environ),
        "MOUNTPOINT": word(mountpoint),
        "MOUNTPOINT_TEXT": _printable(mountpoint).replace("%", "%%"),
        "ENVIRONMENT": "\n".join(_environment(environ)),
    }
    texts = {name: (resources.files("vaultd.service") / "templates" / name).read_text("utf-8") for name in NAMES}
    return {name: _fill(text, words) for name, text in texts.items()}


def word(text: str) -> str:
    """One word of a command line or setting, quoted so that systemd takes it as it is (systemd.service(5))."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return '"' + escaped.replace("%", "%%").replace("$", "$$") + '"'


def program() -> str:
    """The `vvault` that runs now: the script beside its Python, or that Python with the module."""
    python = Path(sys.executable)
    script = python.with_name("vvault")
    return word(str(script)) if os.access(script, os.X_OK) else f"{word(str(python))} -m vaultd.cli"


def _socket(environ: Mapping[str, str]) -> str:
    """systemd's own name for the usual place, so that the unit does not depend on the user's number."""
    path = socket_path(None, environ)
    runtime = environ.get("XDG_RUNTIME_DIR", "")
    if runtime and path.is_relative_to(runtime):
        return f"%t/{_setting(str(path.relative_to(runtime)))}"
    return _setting(str(path))


def _environment(environ: Mapping[str, str]) -> list[str]:
    names = sorted(name for name in environ if name.startswith("VVAULT_") or name in PASSED_ON)
    # In Environment= a dollar sign stands for itself.
    return [f"Environment={word(f'{name}={environ[name]}').replace('$$', '$')}" for name in names if environ[name]]


def _setting(text: str) -> str:
    return text.replace("%", "%%")


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _fill(text: str, words: Mapping[str, str]) -> str:
    for name, value in words.items():
        text = text.replace(f"@{name}@", value)
    return text
