"""How the command line is called from any shell, for the texts in the mount that name a command."""

from __future__ import annotations

import shutil
import sys
from functools import cache
from pathlib import Path


@cache
def vvault() -> str:
    """Return `vvault` if shells find it, else the path of the one beside this Python, as from a clone."""
    beside = Path(sys.executable).with_name("vvault")
    return "vvault" if shutil.which("vvault") or not beside.exists() else str(beside)
