"""`vvault service uninstall`: stops, unmounts, removes the units; with `purge` everything of ours but the pictures."""

from __future__ import annotations

import errno
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
    lines += _clear(config.mount.path)
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


def _clear(mountpoint: Path) -> list[str]:
    """The unit unmounts when it stops: only what a crash left is taken away. A mount that lives is somebody else's."""
    if not _is_dead(mountpoint):
        return []
    done = subprocess.run(["fusermount3", "-u", "-z", mountpoint], capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        raise UserError(f"{mountpoint} could not be unmounted: {done.stderr.strip()}", hint="Close what uses it.")
    return [f"unmounted {mountpoint}, whose process had died"]


def _remove_units(folder: Path, environ: Mapping[str, str]) -> list[str]:
    removed = [name for name in units.NAMES if (folder / name).exists()]
    for name in removed:
        (folder / name).unlink()
    remains.prune(folder, environ)
    if removed and is_reachable():
        systemctl("daemon-reload")
    return [f"removed {', '.join(removed)} from {folder}"] if removed else []


def _is_dead(mountpoint: Path) -> bool:
    """Whether something is mounted whose process is gone (ENOTCONN, fuse(4))."""
    try:
        os.statvfs(mountpoint)
    except OSError as error:
        return error.errno == errno.ENOTCONN
    return False
