"""Asking the user's systemd. It is there only in a login session with a bus (not under su, in containers, in cron)."""

from __future__ import annotations

import subprocess
from pathlib import Path

from vaultipc.errors import UserError

PATIENCE_S = 120
"""Longer than any of our units may take to start a usual library; a rebuild of a large index is not waited for."""
BOOTED = Path("/run/systemd/system")
"""Is there where systemd runs the system: sd_booted(3)."""


class NoSession(UserError):
    """The user's systemd cannot be reached from here."""


def systemctl(*arguments: str) -> str:
    """Runs `systemctl --user …` and returns what it printed.

    Raises NoSession if there is no user systemd to talk to, UserError with systemd's own words if it refuses.
    """
    done = _run(*arguments)
    if done.returncode:
        words = " ".join(arguments)
        raise UserError(
            f"systemd refused `systemctl --user {words}`: {done.stderr.strip() or f'exit code {done.returncode}'}",
            hint="`systemctl --user status vvault.service` and `journalctl --user -u vvault` say more.",
        )
    return done.stdout


def is_reachable() -> bool:
    """Whether a user systemd answers."""
    try:
        return _run("show-environment").returncode == 0
    except NoSession:
        return False


def is_active(unit: str) -> bool:
    """Whether a unit runs now. Raises NoSession if there is nobody to ask."""
    return _run("is-active", "--quiet", unit).returncode == 0


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    try:
        done = subprocess.run(
            ["systemctl", "--user", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=PATIENCE_S,
            check=False,
        )
    except FileNotFoundError as missing:
        raise NoSession("This system has no systemd (systemctl was not found).", hint=_WITHOUT) from missing
    except subprocess.TimeoutExpired as late:
        words = " ".join(arguments)
        raise UserError(f"`systemctl --user {words}` did not end within {PATIENCE_S} s.") from late
    if "Failed to connect to" in done.stderr:
        if not BOOTED.is_dir():
            raise NoSession("This system was not started by systemd, so there is no service.", hint=_WITHOUT)
        raise NoSession("The systemd of your user session cannot be reached from here.", hint=_LOG_IN)
    return done


_LOG_IN = "Log in as yourself (not through su or sudo) and try again, or run `vvault up` in a terminal instead."
_WITHOUT = "Run `vvault up` in a terminal instead, or have it run with `--yes` by whatever starts programs here."
