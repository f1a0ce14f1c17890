#!/usr/bin/env python3
"""How long looking through many folders takes, beside programs that only list them, and what a quiet daemon costs.

    benchmarks/scan.py [--folders 100000] [--minutes 1] [--quick] [--json FILE]

Makes `folders` folders, a hundred in each and a picture's name in every thousandth, has a daemon in a temporary home
watch them, and then leaves daemon and mount alone. Nothing of the user's is touched. More folders than three quarters
of fs.inotify.max_user_watches are looked through, but not all watched. The last part needs /dev/fuse.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from rows import Row, report
from support.ingesting import draw
from support.spent import processor_s
from support.vault import RunningVault
from vaultd.ingest.watch import our_share
from vaultipc.blocking import Client

WIDTH = 100
EVERY = 1000
LOOK_S = 0.1
PATIENCE_S = 600.0
CALM_S = 20.0
"""After reading, indexes are written out and the model's words are made vectors of; that is no quiet yet."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folders", type=int, default=100_000)
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--quick", action="store_true", help="1,000 folders, 10 s: a check that it works, no figure")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vv-") as scratch:
        os.environ["TMPDIR"] = tempfile.tempdir = scratch
        with RunningVault(Path(scratch, "v")) as vault:
            vault.environ["VVAULT_AUTOTAGS_ENABLED"] = "true"
            make(vault.pictures, 1000 if options.quick else options.folders)
            report(measured(vault, 10 if options.quick else 60 * options.minutes), options.json)
    return 0


def make(top: Path, folders: int) -> None:
    """One picture under many names, as one is enough to be read, and each name has a row."""
    draw(top / "picture.png", "red")
    for number in range(folders):
        folder = top / str(number // WIDTH) / str(number % WIDTH)
        folder.mkdir(parents=True)
        if number % EVERY == 0:
            os.link(top / "picture.png", folder / "a.png")


def measured(vault: RunningVault, quiet_s: float) -> Iterator[Row]:
    """Every row; what was listed once lies in the kernel's memory for all of them."""
    folders = sum(len(inside) for _, inside, _ in os.walk(vault.pictures))
    find = ["find", str(vault.pictures), "-type", "d"]
    find_s = timed(lambda: subprocess.run(find, stdout=subprocess.DEVNULL, check=True))
    yield Row("scan.find", folders / find_s, f"folders/s, {folders} folders")
    yield rate("scan.walk", folders, timed(lambda: sum(1 for _ in os.walk(vault.pictures))), find_s)
    vault.start()
    yield rate("scan.first", folders, timed(lambda: looked_through(vault)), find_s)
    vault.settle(PATIENCE_S)
    yield rate("scan.again", folders, timed(lambda: vault.call("rescan", timeout=PATIENCE_S)), find_s)
    yield Row("scan.watched", min(folders, our_share()), "folders, the rest is polled")
    yield from left_alone(vault, quiet_s)


def looked_through(vault: RunningVault) -> None:
    vault.call("add", vault.pictures)
    with Client(vault.socket, timeout=PATIENCE_S) as client:
        while client.call("status").roots[0].state == "scanning":
            time.sleep(LOOK_S)


def rate(name: str, folders: int, seconds: float, find_s: float) -> Row:
    return Row(name, folders / seconds, f"folders/s, {seconds:.1f} s", "find", find_s / seconds)


def timed(deed: Callable[[], object]) -> float:
    start = time.perf_counter()
    deed()
    return time.perf_counter() - start


def left_alone(vault: RunningVault, seconds: float) -> Iterator[Row]:
    """What daemon and mount cost while nobody asks and nothing changes."""
    processes = {"daemon": vault.daemon}
    if os.access("/dev/fuse", os.R_OK | os.W_OK):
        vault.mount()
        vault.listing("recent")
        processes["mount"] = vault.mounter
    pids = {name: process.pid for name, process in processes.items() if process is not None}
    time.sleep(CALM_S)
    before = {name: processor_s(pid) for name, pid in pids.items()}
    time.sleep(seconds)
    for name, pid in pids.items():
        yield Row(f"quiet.{name}", 100 * (processor_s(pid) - before[name]) / seconds, f"% of a core, {seconds:g} s")


if __name__ == "__main__":
    sys.exit(main())
