"""Mounts and processes that a test run made and did not take away."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from pathlib import Path


def mounts_below(folder: Path) -> list[Path]:
    """FUSE mounts at or below `folder`, innermost first, from proc_pid_mountinfo(5) (field 5, octal escapes)."""
    found = []
    for line in Path("/proc/self/mountinfo").read_bytes().splitlines():
        place, kind = line.split(b" ")[4], line.split(b" - ", 1)[1].split(b" ")[0]
        path = Path(os.fsdecode(re.sub(rb"\\([0-7]{3})", lambda octal: bytes([int(octal[1], 8)]), place)))
        if kind.startswith(b"fuse") and path.is_relative_to(folder):
            found.append(path)
    return sorted(found, key=lambda path: -len(path.parts))


def processes_of(folder: Path) -> dict[int, str]:
    """Command lines of the other living processes that were started with TMPDIR at or below `folder`."""
    mark, found = f"TMPDIR={folder}".encode(), {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            if any(word.startswith(mark) for word in (entry / "environ").read_bytes().split(b"\0")):
                found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue  # it ended meanwhile, or belongs to someone else
    return found


def clear(folder: Path) -> list[str]:
    """Ends what is left of a run below `folder`; one line for each thing it found."""
    left = []
    for pid, command in processes_of(folder).items():
        left.append(f"process {pid}: {command}")
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    for place in mounts_below(folder):
        left.append(f"mount {place}")
        subprocess.run(["fusermount3", "-uz", str(place)], check=False)
    return left
