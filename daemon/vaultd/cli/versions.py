"""When a command and its daemon do not understand each other: which of the two is older, and what to start anew.

A program that was upgraded under a running daemon asks for what that one does not know yet; a command that was left
over asks for what is gone. Both look like mistakes of the user's, or bugs, until the versions are compared.
"""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from vaultd import __version__
from vaultipc.blocking import Client
from vaultipc.errors import DaemonBug, UserError, VersionMismatch

PATIENCE_S = 2.0
_UNLIKE = (DaemonBug, LookupError, TypeError, ValueError, msgspec.MsgspecError)
"""What comes of an answer of another shape."""


def explained(error: Exception, socket: Path) -> Exception:
    """`error`, or, where it may come of another version on the other side and there is one, what to restart."""
    if isinstance(error, UserError) and type(error) not in (UserError, VersionMismatch):
        return error
    if not isinstance(error, (UserError, *_UNLIKE)):
        return error
    theirs = _version(socket)
    return error if theirs in ("", __version__) else mismatch(theirs)


def mismatch(theirs: str) -> VersionMismatch:
    """What a person is told of a daemon of another version."""
    told = f"The daemon that answers is version {theirs}, this command is version {__version__}"
    if _numbers(theirs) < _numbers(__version__):
        hint = "Restart the daemon, which is the older one: end `vvault up` and start it again, or log in anew."
        return VersionMismatch(f"{told}, and they do not understand each other.", hint=hint)
    hint = "This command is the older one: use the one that the daemon was installed with, or upgrade it."
    return VersionMismatch(f"{told}, and they do not understand each other.", hint=hint)


def _version(socket: Path) -> str:
    """The daemon's version, '' if it does not say."""
    try:
        with Client(socket, PATIENCE_S) as client:
            told = msgspec.json.decode(client.call_raw("hello"))
    except (UserError, DaemonBug, msgspec.MsgspecError):
        return ""
    return str(told.get("version", "")) if isinstance(told, dict) else ""


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)))
