"""What programs do in a folder, timed in three states of the kernel's memory of it: never listed, dropped, warm."""

from __future__ import annotations

import ctypes
import errno
import os
import statistics
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

STATES = ("never listed", "dropped", "warm")
WARM_RUNS = 5
TRIES = 5
SOME = 1000
"""Of a folder's entries, one after the other, where one is asked for at a time."""
_LIBC = ctypes.CDLL(None, use_errno=True)
_DROP = Path("/proc/sys/vm/drop_caches")
_NAMES_AND_ATTRIBUTES = "2"

Prepared = Callable[[], Path]


@dataclass(frozen=True)
class Deed:
    """Something that a program does in a folder, given its names. `run` returns what it took, in `unit`s."""

    name: str
    unit: str
    run: Callable[[Path, list[str]], float]


def command(*words: str) -> Callable[[Path, list[str]], float]:
    """A program that is given the folder where `{}` stands: milliseconds from start to end."""

    def run(folder: Path, names: list[str]) -> float:
        began = time.perf_counter()
        given = [str(folder) if word == "{}" else word for word in words]
        subprocess.run(given, stdout=subprocess.DEVNULL, check=True, env={"LC_ALL": "C", "PATH": os.environ["PATH"]})
        return 1000 * (time.perf_counter() - began)

    return run


def each(call: Callable[[str], object]) -> Callable[[Path, list[str]], float]:
    """A call for each of some entries: microseconds of one in the middle."""

    def run(folder: Path, names: list[str]) -> float:
        took = []
        for name in names[:SOME]:
            path = f"{folder}/{name}"
            began = time.perf_counter()
            call(path)
            took.append(1e6 * (time.perf_counter() - began))
        return statistics.median(took)

    return run


def first_bytes(path: str) -> None:
    opened = os.open(path, os.O_RDONLY)
    os.read(opened, 512)
    os.close(opened)


LISTINGS = (
    Deed("ls -f", "ms", command("ls", "-f", "{}")),
    Deed("ls -l", "ms", command("ls", "-l", "{}")),
    Deed("find -size", "ms", command("find", "{}", "-size", "+1")),
    Deed("lookup", "us", each(os.lstat)),
)
READLINK = Deed("readlink", "us", each(os.readlink))
OPENING = Deed("open, read, close", "us", each(first_bytes))


@dataclass
class Figures:
    """What deeds took in one folder, by state and deed. `fresh` makes the folder one that nobody listed."""

    took: dict[tuple[str, str], float] = field(default_factory=dict)

    def measure(self, deeds: tuple[Deed, ...], fresh: Prepared, names: list[str]) -> None:
        """Does each deed in each state."""
        for deed in deeds:
            folder = fresh()
            self.took["never listed", deed.name] = deed.run(folder, names)
            if drop():
                command("ls", "-l", "{}")(folder, names)
                drop()
                self.took["dropped", deed.name] = deed.run(folder, names)
            command("ls", "-l", "{}")(folder, names)
            runs = [deed.run(folder, names) for _ in range(WARM_RUNS)]
            self.took["warm", deed.name] = statistics.median(runs)


def listing(folder: Path) -> list[str]:
    """The names in a folder. A mount gives up after two seconds, which a machine that is busy otherwise may need."""
    for _ in range(TRIES):
        try:
            return os.listdir(folder)
        except OSError as error:
            if error.errno != errno.EIO:
                raise
    return os.listdir(folder)


def drop() -> bool:
    """Has the kernel forget names and attributes, as when their time is over; False where that is not allowed."""
    try:
        _DROP.write_text(_NAMES_AND_ATTRIBUTES, encoding="ascii")
    except OSError:
        return False
    return True


def read_all(folder: Path, names: list[str], cold: bool) -> float:
    """Reads every file whole, one after the other: MB/s. `cold`: nothing of them is in memory."""
    if cold:
        for path in (f"{folder}/{name}" for name in names):
            _forget(os.path.realpath(path))
            _forget(path)
    size, began = 0, time.perf_counter()
    for name in names:
        size += len(Path(folder, name).read_bytes())
    return size / 1e6 / (time.perf_counter() - began)


def _forget(path: str) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fdatasync(opened)
        os.posix_fadvise(opened, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(opened)


def asked_again(path: Path, times: int, by_name: bool) -> list[float]:
    """Asks for the attributes of a link or a folder, each time anew: microseconds of each time.

    `by_name`: the kernel looks up, too, what part of the path it may no longer believe; else it is held open.
    """
    took: list[float] = []
    held = os.open(path, os.O_PATH | os.O_NOFOLLOW)
    try:
        for _ in range(times):
            began = time.perf_counter()
            statx(-1 if by_name else held, os.fsencode(path) if by_name else b"")
            took.append(1e6 * (time.perf_counter() - began))
            time.sleep(0.001)
    finally:
        os.close(held)
    return took


def statx(directory: int, path: bytes) -> None:
    """Asks the file system itself, whatever the kernel remembers: statx(2), AT_STATX_FORCE_SYNC. An empty path is the
    descriptor itself. Raises OSError."""
    no_follow, empty_path, force_sync, basic = 0x100, 0x1000, 0x2000, 0x7FF
    found = ctypes.create_string_buffer(256)
    if _LIBC.statx(directory, path, no_follow | empty_path | force_sync, basic, found):
        raise OSError(ctypes.get_errno(), "statx", os.fsdecode(path))


def resident_mib(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    (line,) = [line for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(line.split()[1]) / 1024
