"""Runs a program as a user without rights, in a mount namespace of its own.

    unshare --mount python plainly.py UID FUSE_CONF PROGRAM ARGUMENT…

There everybody may open /dev/fuse, /etc/fuse.conf holds the line FUSE_CONF, and the interpreter and the project can be
reached wherever they lie: a folder above them that others may not search is covered by an empty one that holds only
what is needed. Nothing of it is seen outside. Started by root.
"""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

_FUSE = os.makedev(10, 229)


def _mount(*arguments: str | Path) -> None:
    subprocess.run(["mount", *arguments], check=True)


def _instead(file: str, text: str, scratch: Path) -> None:
    """Let a file of the system have another text."""
    (scratch / Path(file).name).write_text(text)
    Path(file).touch()
    _mount("--bind", scratch / Path(file).name, file)


def _closed_above(place: Path) -> Path | None:
    """Return the topmost folder above `place` that others may not search."""
    above = [folder for folder in reversed(place.parents) if not folder.stat().st_mode & stat.S_IXOTH]
    return above[0] if above else None


def open_ways(places: list[Path], scratch: Path) -> None:
    """Make every place reachable for others."""
    kept: list[tuple[Path, Path]] = []
    for number, place in enumerate(places):
        if _closed_above(place) is not None:
            kept.append((place, scratch / str(number)))
            kept[-1][1].mkdir()
            _mount("--bind", place, kept[-1][1])
    for place, keep in kept:
        closed = _closed_above(place)
        if closed is not None:
            _mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", closed)
        place.mkdir(parents=True, exist_ok=True)
        _mount("--bind", keep, place)


def main() -> None:
    uid, fuse_conf, *program = sys.argv[1:]
    scratch = Path(tempfile.mkdtemp(prefix="plain-"))
    _mount("-t", "tmpfs", "-o", "dev,mode=755", "tmpfs", scratch)
    os.mknod(scratch / "fuse", stat.S_IFCHR | 0o666, _FUSE)
    os.chmod(scratch / "fuse", 0o666)
    _mount("--bind", scratch / "fuse", "/dev/fuse")
    _instead("/etc/fuse.conf", f"{fuse_conf}\n", scratch)
    users = Path("/etc/passwd").read_text()  # fusermount3 wants its user to have a name
    _instead("/etc/passwd", f"{users}plain{uid}:x:{uid}:{uid}::/:/bin/sh\n", scratch)
    open_ways([Path(sys.base_prefix), Path(sys.prefix), Path(__file__).parents[2]], scratch)
    os.setgroups([])
    os.setresgid(int(uid), int(uid), int(uid))
    os.setresuid(int(uid), int(uid), int(uid))
    os.execv(program[0], program)


if __name__ == "__main__":
    main()
