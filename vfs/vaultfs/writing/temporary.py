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


def is_temporary(name: bytes) -> bool:
    """Return whether a file of this name is a promise of a rename, and not yet a picture to take in."""
    return _TEMPORARY.fullmatch(name) is not None
