#!/usr/bin/env python3
"""How fast a library is read and what it costs, how fast a question is answered, how fast a folder is listed.

    benchmarks/ingest.py [FOLDER] [--count 2000] [--quick] [--json FILE]

Makes `count` distinct files from the pictures of FOLDER (without one, from the demo library), reads them into a vault
of its own in a temporary home, asks questions nobody asked before, and runs `ls -l` in a folder of the mount beside the
same on the native file system. Nothing of the user's is touched. Needs /dev/fuse for the last part.
"""

from __future__ import annotations

import argparse
import itertools
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from rows import Row, report
from support.leftovers import processes_of
from support.vault import RunningVault
from vaultd.demo import library
from vaultipc.blocking import Client
from vaultipc.messages import SearchParams

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".gif", ".tiff", ".bmp", ".avif"}
COLOURS = ("red", "blue", "green", "yellow", "white", "black", "brown", "grey")
THINGS = ("boat", "garden", "street", "bridge", "horse", "bicycle", "window", "mountain", "table", "lamp")
SAMPLE_S = 0.2
PATIENCE_S = 1800.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--quick", action="store_true", help="100 files: a check that it works, no figure to quote")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vv-") as scratch:
        os.environ["TMPDIR"] = tempfile.tempdir = scratch
        folder = options.folder or library.write(Path(scratch, "demo")).dir
        with RunningVault(Path(scratch, "v")) as vault:
            count = multiply(folder, vault.pictures, 100 if options.quick else options.count)
            report(measured(vault, count), options.json)
    return 0


def measured(vault: RunningVault, count: int) -> Iterator[Row]:
    """Every row, in the order in which a person would meet it."""
    vault.start()
    yield from reading(vault, count)
    yield from asking(vault, count)
    if os.access("/dev/fuse", os.R_OK | os.W_OK):
        vault.mount()
        yield from listing(vault, count)


def multiply(source: Path, target: Path, count: int) -> int:
    """Fills `target` with `count` files of different content, each as costly to read as its model; returns `count`."""
    models = [path for path in sorted(source.rglob("*")) if path.suffix.lower() in SUFFIXES and path.stat().st_size]
    for number, model in zip(range(count), itertools.cycle(models), strict=False):
        name = f"{number:06d}{model.suffix}"
        (target / name).write_bytes(with_mark(model.read_bytes(), b"copy %08d" % number))
    return count


def with_mark(content: bytes, mark: bytes) -> bytes:
    """The same picture in other bytes: a JPEG comment (ITU T.81, B.2.4.5), or bytes after the end."""
    if content.startswith(b"\xff\xd8"):
        return content[:2] + b"\xff\xfe" + (len(mark) + 2).to_bytes(2, "big") + mark + content[2:]
    return content + mark


class Memory:
    """Watches the memory of all the vault's processes together, in MiB; shared pages count once (PSS)."""

    def __init__(self, folder: Path) -> None:
        self.peak_mib = 0.0
        self._folder = folder
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(SAMPLE_S):
            self.peak_mib = max(self.peak_mib, sum(map(pss_mib, processes_of(self._folder))))


def pss_mib(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def reading(vault: RunningVault, count: int) -> Iterator[Row]:
    with Memory(Path(os.environ["TMPDIR"])) as memory:
        start = time.perf_counter()
        vault.call("add", vault.pictures)
        status = vault.settle(PATIENCE_S)
        seconds = time.perf_counter() - start
    yield Row("ingest.files", count, f"files, {status['images']} contents, {status['failed']} failed")
    yield Row("ingest.rate", count / seconds, "files/s")
    yield Row("ingest.until-searchable", seconds, "s")
    yield Row("ingest.peak-memory", memory.peak_mib, "MiB, all processes")


def asking(vault: RunningVault, count: int) -> Iterator[Row]:
    """Questions of two words that were never asked, over one connection."""
    times = []
    with Client(vault.socket) as client:
        client.call("search", SearchParams(query="warm"))
        for colour, thing in itertools.product(COLOURS, THINGS):
            start = time.perf_counter()
            client.call("search", SearchParams(query=f"{colour} {thing}"))
            times.append((time.perf_counter() - start) * 1000)
    yield Row("search.unseen.median", statistics.median(times), f"ms, {count} files")
    yield Row("search.unseen.p95", statistics.quantiles(times, n=20)[-1], f"ms, {count} files")


def listing(vault: RunningVault, count: int) -> Iterator[Row]:
    """`ls -l` of a folder of links to every picture; the rival is a native folder of as many links."""
    native = vault.home / "native"
    native.mkdir()
    for picture in vault.pictures.iterdir():
        (native / picture.name).symlink_to(picture)
    folder = vault.mountpoint / "search" / "width:>0"
    first_s = ls_s(folder)
    entries = len(os.listdir(folder))
    native_s = statistics.median(ls_s(native) for _ in range(5))
    again_s = statistics.median(ls_s(folder) for _ in range(5))
    unit = f"ms, {entries} entries"
    yield Row("ls-l.native", native_s * 1000, f"ms, {count} entries")
    yield Row("ls-l.first", first_s * 1000, unit, "native", first_s / native_s)
    yield Row("ls-l.again", again_s * 1000, unit, "native", again_s / native_s)


def ls_s(folder: Path) -> float:
    start = time.perf_counter()
    subprocess.run(["ls", "-l", folder], stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
