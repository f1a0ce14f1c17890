"""How an extra of this package is installed, in the way in which the package itself was."""

from __future__ import annotations

import sys
from pathlib import Path
from shlex import quote


def command(extra: str) -> str:
    """The shell command that brings the extra `extra`, from whatever folder it is typed in.

    A clone is named by its path: no index need know the package, and it stays the one that runs.
    """
    clone = _clone()
    wanted = f"-e {quote(f'{clone}[{extra}]')}" if clone else f"'visionary-vault[{extra}]'"
    return f"{_pip()} install {wanted}"


def _clone() -> Path | None:
    """The folder of the sources that run, None if they were installed as a package."""
    top = Path(__file__).parents[2]
    return top if (top / "pyproject.toml").exists() else None


def _pip() -> str:
    """The pip of this very Python: the one that the shell finds may be another's."""
    pip = Path(sys.executable).with_name("pip")
    return quote(str(pip)) if pip.exists() else f"{quote(sys.executable)} -m pip"
