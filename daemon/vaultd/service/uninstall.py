"""`vvault service uninstall`: stops, unmounts, removes the units; with `purge` everything of ours but the pictures."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from vaultd.config import load
from vaultd.service import remains, units
from vaultd.service.systemctl import is_reachable, systemctl
from vaultipc.errors import Refused, UserError


def uninstall(
    config_path: Path | None = None, *, purge: bool = False, yes: bool = False, environ: Mapping[str, str] = os.environ
) -> list[str]:
    """Ends and removes the service, and says what stays; `purge` removes that too, the pictures never.

    Returns what was done, a line each. Raises Refused if `purge` comes without `yes` (naming what would be lost), Held
    if a daemon outside systemd still uses the catalog.
    """
    config = load(config_path, environ)
    ours = remains.find(config, environ)
    if purge and not yes:
        raise Refused(
            f"This would delete, with every tag and saved search: {', '.join(map(str, ours.places())) or 'nothing'}",
            hint="Say --yes to do it. Your pictures are not touched.",
        )
    lines = _stop(units.folder(environ))
    lines += _unmount(config.mount.path)
    lines += _remove_units(units.folder(environ), environ)
    if purge:
        return lines + remains.delete(config, environ)
    return lines + [f"kept: {place}" for place in ours.places()]


def _stop(folder: Path) -> list[str]:
    installed = [name for name in reversed(units.NAMES) if (folder / name).exists()]
    if not installed:
        return ["no service was installed"]
    if not is_reachable():
        return ["systemd cannot be reached from here: if the service runs, it runs until you log out"]
    systemctl("disable", "--now", *installed)
    return [f"stopped {', '.join(installed)}"]


def _unmount(mountpoint: Path) -> list[str]:
    """The unit unmounts when it stops; this is for what a crash left behind."""
    if not _is_mounted(mountpoint):
        return []
    done = subprocess.run(["fusermount3", "-u", "-z", mountpoint], capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        raise UserError(f"{mountpoint} could not be unmounted: {done.stderr.strip()}", hint="Close what uses it.")
    return [f"unmounted {mountpoint}"]


def _remove_units(folder: Path, environ: Mapping[str, str]) -> list[str]:
    removed = [name for name in units.NAMES if (folder / name).exists()]
    for name in removed:
        (folder / name).unlink()
    remains.prune(folder, environ)
    if removed and is_reachable():
        systemctl("daemon-reload")
    return [f"removed {', '.join(removed)} from {folder}"] if removed else []


def _is_mounted(mountpoint: Path) -> bool:
    """Asked of the kernel's list (proc_pid_mountinfo(5)): a dead mount cannot be asked itself."""
    escaped = "".join(f"\\{ord(letter):03o}" if letter in " \t\n\\" else letter for letter in str(mountpoint))
    mounts = Path("/proc/self/mountinfo").read_bytes().splitlines()
    return any(line.split(b" ")[4] == os.fsencode(escaped) for line in mounts)
