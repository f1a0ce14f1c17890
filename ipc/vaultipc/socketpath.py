"""Where the socket is, agreed on by the daemon and every client.

`$VVAULT_SOCKET`, else `$XDG_RUNTIME_DIR/visionary-vault/vault.sock`; without XDG_RUNTIME_DIR `/run/user/UID` if it is
ours, else a folder only we can enter beneath the temporary folder. Its owner is checked: in a shared temporary folder
anybody could have made it first, and would be handed our queries.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from vaultipc.errors import ConfigError, Refused

LONGEST = 107
"""Bytes of the longest path of a Unix socket: `sun_path` has 108, the last one NUL (unix(7))."""


def socket_path(given: str | os.PathLike[str] | None = None, environ: Mapping[str, str] = os.environ) -> Path:
    """Return the path of the socket; `given` is that of `--socket`. Nothing is created.

    Raises ConfigError if the path is too long, Refused if its folder belongs to somebody else.
    """
    chosen = os.fspath(given) if given else environ.get("VVAULT_SOCKET", "")
    path = Path(chosen).absolute() if chosen else _folder(environ) / "vault.sock"
    return checked_length(path)


def checked_length(path: str | os.PathLike[str]) -> Path:
    """Return `path`; ConfigError if no socket can have so long a name."""
    path = Path(path)
    length = len(os.fsencode(path))
    if length > LONGEST:
        raise ConfigError(
            f"The socket's path is {length} bytes long, and the system allows {LONGEST}: {path}",
            hint="Choose a shorter one with --socket or VVAULT_SOCKET.",
        )
    return path


def make_folder(path: Path) -> None:
    """Make the folder of the socket `path`, open to its owner only. Raises Refused if somebody else owns it."""
    folder = path.parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _check_owner(folder)


def _folder(environ: Mapping[str, str]) -> Path:
    for runtime in (environ.get("XDG_RUNTIME_DIR", ""), f"/run/user/{os.getuid()}"):
        if os.path.isabs(runtime) and _is_ours(runtime):
            return Path(runtime, "visionary-vault")
    folder = Path(environ.get("TMPDIR") or "/tmp", f"visionary-vault-{os.getuid()}")
    if os.path.lexists(folder):
        _check_owner(folder)
    return folder


def _is_ours(folder: str) -> bool:
    try:
        return os.stat(folder).st_uid == os.getuid()
    except OSError:
        return False


def _check_owner(folder: Path) -> None:
    """Refuse a folder that is a link, is somebody else's, or that others may write to: they could swap the socket."""
    found = folder.lstat()
    open_to_others = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and not found.st_mode & stat.S_ISVTX
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.getuid(), 0) or open_to_others:
        raise Refused(
            f"The socket's folder is not ours alone: {folder}",
            hint="Remove it, or choose another place with --socket or VVAULT_SOCKET.",
        )
