"""The checks of `doctor` that need no daemon: they answer the question why there is none."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec

from vaultd.cli.call import Answer, Call
from vaultipc.errors import DaemonAway, UserError

LEAST_WATCHES = 65536
"""inotify watches below which a large library cannot be watched whole; one is spent on each folder."""
FUSE_CONF = Path("/etc/fuse.conf")
LOW_SPACE_BYTES = 200 * 1024 * 1024
UPDATEDB = Path("/etc/updatedb.conf")
MOUNTS = Path("/proc/self/mountinfo")
FILE_SYSTEM = "fuse.vvault"
"""What the kernel calls a mounted vault."""


def examine(call: Call) -> list[Answer]:
    """Every check of this side, then the daemon's own. A check that breaks is a failed check."""
    local: list[tuple[str, Callable[[Call], Answer]]] = [
        ("configuration", _configuration),
        ("socket", _socket),
        ("fuse device", _device),
        ("fusermount3", _fusermount),
        ("sharing", _sharing),
        ("mount", _mount),
        ("inotify", _inotify),
        ("updatedb", _updatedb),
    ]
    checks = [_guarded(name, check, call) for name, check in local]
    try:
        told = msgspec.json.decode(call.ask("doctor", call.given("deep")))["checks"]
    except DaemonAway as away:
        return [*checks, _guarded("disk space", _space, call), _fail("daemon", away.message, away.hint)]
    except UserError as error:
        return [*checks, _fail("daemon", error.message, error.hint)]
    return [*checks, _ok("daemon", f"answers on {call.socket}"), *told]


def _guarded(name: str, check: Callable[[Call], Answer], call: Call) -> Answer:
    try:
        return {"name": name, **check(call)}
    except UserError as error:
        return _fail(name, error.message, error.hint)
    except OSError as error:
        return _fail(name, f"the check itself failed: {error}", "")


def _configuration(call: Call) -> Answer:
    return _ok("configuration", f"read from {call.config.file}" if call.config.file.exists() else "all defaults")


def _socket(call: Call) -> Answer:
    folder = call.socket.parent
    if folder.exists() and not os.access(folder, os.W_OK):
        return _fail("socket", f"{folder} cannot be written to", "Choose another place with --socket or VVAULT_SOCKET.")
    return _ok("socket", str(call.socket))


def _device(call: Call) -> Answer:
    if not os.path.exists("/dev/fuse"):
        return _fail("fuse device", "/dev/fuse is missing", "Load it with `modprobe fuse`; a container needs --device.")
    if not os.access("/dev/fuse", os.R_OK | os.W_OK):
        return _fail("fuse device", "/dev/fuse cannot be opened by you", "Ask for the right to read and write it.")
    return _ok("fuse device", "/dev/fuse can be opened")


def _fusermount(call: Call) -> Answer:
    program = shutil.which("fusermount3")
    if program is None:
        return _fail("fusermount3", "it is not installed", "Install the package `fuse3`.")
    if os.geteuid() != 0 and not os.stat(program).st_mode & 0o4000:
        return _fail(
            "fusermount3", f"{program} is not setuid, so only root can mount", "Reinstall the package `fuse3`."
        )
    return _ok("fusermount3", program)


def _sharing(call: Call) -> Answer:
    settings = call.config.mount
    if settings.share == "none" and not settings.allow_other:
        return _ok("sharing", "nobody else gets into the mount")
    lines = FUSE_CONF.read_text(encoding="utf-8", errors="replace").splitlines() if FUSE_CONF.exists() else []
    if os.geteuid() != 0 and "user_allow_other" not in map(str.strip, lines):
        fix = f"Have an administrator add the line `user_allow_other` to {FUSE_CONF}, or keep the mount to yourself."
        return _fail("sharing", "users may not let others into their mounts here", fix)
    return _ok("sharing", f"the mount is shared with: {settings.share}")


def _mount(call: Call) -> Answer:
    place = call.config.mount.path
    try:
        names = os.listdir(place)
    except FileNotFoundError:
        return _ok("mount", f"{place} will be made when it is mounted")
    except OSError as error:
        stale = f"{place} does not answer: {error.strerror}"
        return _fail("mount", stale, f"Unmount it with `fusermount3 -uz {place}`, then mount it again.")
    if os.path.ismount(place):
        return _ok("mount", f"mounted at {place}")
    if names:
        return _fail(
            "mount", f"{place} is not empty", "Empty it, or set another place: `vvault config set mount.path`."
        )
    return _ok("mount", f"{place} is free")


def _inotify(call: Call) -> Answer:
    watches = int(Path("/proc/sys/fs/inotify/max_user_watches").read_text(encoding="ascii"))
    if watches < LEAST_WATCHES:
        fix = "Raise it: `sysctl fs.inotify.max_user_watches=524288`."
        return {"state": "warn", "message": f"only {watches} folders can be watched", "fix": fix, "name": "inotify"}
    return _ok("inotify", f"{watches} folders can be watched")


def _updatedb(call: Call) -> Answer:
    """Whether root's nightly list of all file names holds what others may search for. Format: updatedb.conf(5)."""
    if not UPDATEDB.exists():
        return _ok("updatedb", "not installed, or not configured")
    pruned = re.findall(r'^\s*PRUNEFS\s*=\s*"([^"]*)"', UPDATEDB.read_text(encoding="utf-8"), re.MULTILINE)
    if FILE_SYSTEM in " ".join(pruned).split():
        return _ok("updatedb", "passes the vault over")
    if not any(map(_open_to_root, MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines())):
        return _ok("updatedb", "cannot enter the vault")
    fix = f"Add {FILE_SYSTEM} to PRUNEFS in {UPDATEDB}."
    return {"state": "warn", "message": "lists the vault for `locate`, every night", "fix": fix, "name": "updatedb"}


def _open_to_root(line: str) -> bool:
    """Return whether a line of mountinfo (proc(5)) is a vault that root may enter: its own, or one opened to others."""
    kind, _, options = line.split(" - ", 1)[1].split(" ", 2)
    return kind == FILE_SYSTEM and bool({"user_id=0", "allow_other"} & set(options.split(",")))


def _space(call: Call) -> Answer:
    folder = call.config.library.data
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    message = f"{free // 2**20} MiB free in {folder}"
    if free < LOW_SPACE_BYTES:
        fix = "Free some space: nothing can be saved on a full disk."
        return {"name": "disk space", "state": "warn", "message": message, "fix": fix}
    return _ok("disk space", message)


def _ok(name: str, message: str) -> Answer:
    return {"name": name, "state": "ok", "message": message, "fix": ""}


def _fail(name: str, message: str, fix: str) -> Answer:
    return {"name": name, "state": "fail", "message": message, "fix": fix}
