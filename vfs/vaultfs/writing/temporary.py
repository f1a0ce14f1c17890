"""Names under which programs write a file before they rename it to the one they mean."""

from __future__ import annotations

import re

_TEMPORARY = re.compile(
    rb"""
      \.goutputstream-.+            # GLib: Nautilus, gedit, gio copy
    | \..+\.[A-Za-z0-9]{6}          # rsync, QSaveFile: .name.XXXXXX
    | .+\.(?:part|partial|tmp|crdownload|filepart)
    | sed[A-Za-z0-9]{6}             # sed -i
    """,
    re.VERBOSE | re.DOTALL,
)

_TELLING = re.compile(rb"\.(?P<final>.+)\.[A-Za-z0-9]{6}", re.DOTALL)


def is_temporary(name: bytes) -> bool:
    """Return whether a file of this name is a promise of a rename, and not yet a picture to take in."""
    return _TEMPORARY.fullmatch(name) is not None


def final(name: bytes) -> bytes:
    """Return the name that a temporary one promises where it tells, as rsync's `.name.XXXXXX` does; else nothing."""
    told = _TELLING.fullmatch(name)
    return told["final"] if told else b""
