#!/usr/bin/env python3
"""What programs wait for in the mount, beside a native folder of the same entries, and bindfs where it is installed.

    benchmarks/mount.py [--count 100k] [--backends pyfuse3,fusepy] [--folders …] [--work FOLDER] [--json FILE] [--quick]

A library is invented (invented.py) and mounted with links and with files, by each backend. Folders of about 100 and
10,000 entries are searches, which show no more; the one of half of the pictures is a tag. Every figure is taken three
times: `never listed`, in a mount just made; `dropped`, listed before and forgotten by the kernel, as when the time is
over for which it may believe what it was told (root only); `warm`, the median of five. The native folder is in the same
state; one never listed is one dropped. `ratio` is ours by the rival's, so that less than 1 is quicker.

A folder of 1,000 real JPEGs is read, cold and warm; before it is taken in, and meanwhile, the mount is asked for the
attributes of a picture and of a folder, past what the kernel remembers: of what is held open (getattr), and by name
(lstat), for which names are looked up again once their time is over. Nothing of the user's is touched.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import invented
import listed
from ingest import with_mark
from listed import LISTINGS, OPENING, READLINK, STATES, Deed, Figures
from search import is_at_rest, is_searchable, made, number_of, until

from rows import Row, report
from support.leftovers import mounts_below
from support.mounting import Mount
from support.vault import RunningVault
from vaultd.models.bundled import open_pack
from vaultd.models.engines import open_encoders

ENTRIES = ("symlink", "file")
FOLDERS = ("search/tag:rare", "search/tag:family", "tags/kept")
QUESTIONS = 20
JPEGS = 1000
HELD = 10
"""Folders of as many entries as a search shows, listed one after the other."""
SAMPLES = 2000
AIMS = {("symlink", "ls -l"): 3.0, ("file", "ls -l"): 1.0, ("symlink", "ls -f"): 3.0, ("file", "ls -f"): 3.0}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", default="100k", help="how many pictures, as in 10k")
    parser.add_argument("--backends", default="pyfuse3,fusepy")
    parser.add_argument("--folders", default=",".join(FOLDERS), help="which of the mount are listed")
    parser.add_argument("--work", type=Path, help="where the library is made and kept; by default it goes")
    parser.add_argument("--quick", action="store_true", help="2,000 pictures: a check that it works")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    count, jpegs = (2000, 20) if options.quick else (number_of(options.count), JPEGS)
    with tempfile.TemporaryDirectory(prefix="vv-") as scratch:
        os.environ["TMPDIR"] = tempfile.tempdir = scratch
        work = options.work.absolute() if options.work else Path(scratch)
        folder = work / f"mount-{count}"
        is_made = folder.exists()
        with RunningVault(folder) as vault:
            if not is_made:
                invent(vault, count)
            vault.start()
            until(lambda: is_searchable(vault))
            until(lambda: is_at_rest(vault))
            bench = Bench(vault, Path(scratch), options.backends.split(","), options.folders.split(","), jpegs)
            report(bench.rows(), options.json)
    return 0


def invent(vault: RunningVault, count: int) -> None:
    """Makes the library."""
    pack = open_pack("mini")
    manner = invented.manner_of(pack, open_encoders(pack, "onnx", threads=2).text)
    for row in made(vault, manner, count):
        sys.stderr.write(f"{row.name}: {row.value:.3g} {row.unit}\n")


@dataclass
class Bench:
    """The vault and what is measured of its mounts."""

    vault: RunningVault
    scratch: Path
    backends: list[str]
    folders: list[str]
    jpegs: int

    def rows(self) -> Iterator[Row]:
        """All of them; what is in the library last grows only at the end."""
        for entries in ENTRIES:
            for folder in self.folders:
                yield from self.folder(folder, entries)
        for backend in self.backends:
            yield from self.unseen(backend)
            yield from self.memory(backend)
        yield from self.taken_in()
        for entries in ENTRIES:
            yield from self.read(entries)

    def mount(self, backend: str, entries: str) -> Mount:
        return Mount(self.scratch / f"{backend}-{entries}", self.vault.socket, backend, entries)

    def folder(self, folder: str, entries: str) -> Iterator[Row]:
        """Listings of a folder, by every backend and beside every rival."""
        deeds = (*LISTINGS, READLINK) if entries == "symlink" else LISTINGS
        native = self.scratch / f"native-{entries}-{folder.replace('/', '-')}"
        with self.mount(self.backends[0], entries) as mount:
            copy_entries(mount.place / folder, native)
        names = sorted(os.listdir(native))
        took = self._by_everyone(deeds, native, folder, entries, names)
        shutil.rmtree(native)
        yield from compared(took, f"{entries}, {len(names)} entries", deeds, entries)

    def _by_everyone(
        self, deeds: tuple[Deed, ...], native: Path, folder: str, entries: str, names: list[str]
    ) -> dict[str, Figures]:
        took = {"native": Figures()}
        took["native"].measure(deeds, lambda: dropped(native), names)
        if shutil.which("bindfs"):
            took["bindfs"] = Figures()
            with Bound(native, self.scratch / "bound") as bound:
                took["bindfs"].measure(deeds, bound.fresh, names)
        for backend in self.backends:
            took[backend] = Figures()
            with ExitStack() as stack:
                fresh = Fresh(self.mount(backend, entries), folder)
                stack.callback(fresh.mount.close)
                took[backend].measure(deeds, fresh.folder, names)
        return took

    def unseen(self, backend: str) -> Iterator[Row]:
        """Listings of queries that nobody asked before."""
        took, shown = [], []
        with self.mount(backend, "symlink") as mount:
            os.listdir(mount.place / "search" / "a photograph of nothing")
            for concept in invented.CONCEPTS[self.backends.index(backend) :: len(invented.CONCEPTS) // QUESTIONS]:
                began = time.perf_counter()
                entries = os.listdir(mount.place / "search" / concept)
                took.append(1000 * (time.perf_counter() - began))
                shown.append(len(entries))
        middle = statistics.median(took)
        yield Row(f"{backend}: entries of an unseen query", statistics.median(shown), "pictures")
        yield Row(f"{backend}: first listing of an unseen query", middle, "ms", "aim 60", middle / 60)

    def memory(self, backend: str) -> Iterator[Row]:
        """What the mount's process holds when large folders were listed."""
        for entries in ENTRIES:
            with self.mount(backend, entries) as mount:
                assert mount.process is not None
                yield Row(f"{backend}, {entries}: resident, nothing listed", pid_mib(mount), "MiB")
                large = [mount.place / "search" / f"tag:kept iso:>{number}" for number in range(HELD)]
                most = max(len(listed.listing(folder)) for folder in large)
                held = pid_mib(mount)
                name = f"{backend}, {entries}: resident, {HELD} folders of {most} listed"
                yield Row(name, held, "MiB", "aim 80", held / 80)

    def taken_in(self) -> Iterator[Row]:
        """Attributes asked for at rest, and while pictures are taken in as fast as they can be."""
        photos = self.vault.home / "Photographs"
        if not photos.exists():
            invent_jpegs(photos, self.jpegs)
        with ExitStack() as stack:
            mounts = [stack.enter_context(self.mount(backend, "symlink")) for backend in self.backends]
            for mount in mounts:
                yield from self._asked(mount, "at rest")
            self.vault.call("add", photos)
            for mount in mounts:
                yield from self._asked(mount, "while pictures are taken in")
            yield Row("pictures that were still to be taken in then", self._pending(), "pictures")
        self.vault.settle(3600)

    def _asked(self, mount: Mount, when: str) -> Iterator[Row]:
        folder = mount.place / "search" / "tag:rare"
        picture = folder / min(listed.listing(folder))
        for what, path in (("picture", picture), ("folder", folder)):
            for deed in ("getattr", "lstat"):
                took = listed.asked_again(path, SAMPLES, by_name=deed == "lstat")
                yield from latency(f"{mount.backend}: {deed} of a {what}, {when}", took)

    def _pending(self) -> float:
        return float(self.vault.call("status")["pending"])

    def read(self, entries: str) -> Iterator[Row]:
        """The bytes of a thousand photographs."""
        native = self.vault.home / "Photographs"
        names = sorted(os.listdir(native))
        theirs = {cold: listed.read_all(native, names, cold) for cold in (True, False)}
        opened = OPENING.run(native, names)
        for backend in self.backends:
            with self.mount(backend, entries) as mount:
                folder = mount.place / "search" / "path:Photographs" / ".plain"
                names = sorted(os.listdir(folder))
                for cold, rival in theirs.items():
                    name = f"{backend}, {entries}: {len(names)} JPEGs, {'cold' if cold else 'warm'}"
                    ours = listed.read_all(folder, names, cold)
                    yield Row(name, ours, "MB/s", "native", ours / rival)
                ours = OPENING.run(folder, names)
                yield Row(f"{backend}, {entries}: {OPENING.name}", ours, OPENING.unit, "native", ours / opened)


@dataclass
class Fresh:
    """A mount that is made anew whenever its folder shall be one that nobody listed."""

    mount: Mount
    below: str

    def folder(self) -> Path:
        self.mount.close()
        self.mount.start()
        return self.mount.place / self.below


@dataclass
class Bound:
    """A folder shown again by bindfs, at `place`."""

    folder: Path
    place: Path

    def fresh(self) -> Path:
        self._unmount()
        self.place.mkdir(exist_ok=True)
        subprocess.run(["bindfs", "--no-allow-other", self.folder, self.place], check=True)
        return self.place

    def _unmount(self) -> None:
        for place in mounts_below(self.place):
            subprocess.run(["fusermount3", "-uz", place], check=True)

    def __enter__(self) -> Bound:
        return self

    def __exit__(self, *_: object) -> None:
        self._unmount()


def dropped(folder: Path) -> Path:
    listed.drop()
    return folder


def copy_entries(folder: Path, native: Path) -> None:
    """Makes a folder of the same links, or of empty files of the same sizes."""
    native.mkdir()
    listed.listing(folder)
    for entry in os.scandir(folder):
        if entry.is_symlink():
            os.symlink(os.readlink(entry.path), native / entry.name)
        elif entry.is_file():
            with (native / entry.name).open("wb") as file:
                file.truncate(entry.stat().st_size)


def compared(took: dict[str, Figures], name: str, deeds: tuple[Deed, ...], entries: str) -> Iterator[Row]:
    """The rows of a folder, each beside the native folder in the same state."""
    for deed in deeds:
        for state in STATES:
            rival = took["native"].took.get((state, deed.name))
            for who, figures in took.items():
                value = figures.took.get((state, deed.name))
                if value is None or rival is None:
                    continue
                aim = AIMS.get((entries, deed.name))
                beside = "none" if who == "native" else "native" if aim is None else f"native, aim {aim:g}"
                yield Row(f"{name}: {deed.name}, {state}, {who}", value, deed.unit, beside, value / rival)


def latency(name: str, took: list[float]) -> Iterator[Row]:
    yield Row(f"{name}, p50", statistics.median(took), "us")
    p99 = statistics.quantiles(took, n=100)[-1]
    yield Row(f"{name}, p99", p99, "us", "aim 1000", p99 / 1000)


def pid_mib(mount: Mount) -> float:
    assert mount.process is not None
    return listed.resident_mib(mount.process.pid)


def invent_jpegs(folder: Path, count: int) -> None:
    """Photographs of some 200 kB, none like another in its bytes."""
    folder.mkdir()
    noise = np.random.default_rng(0).integers(0, 255, (60, 90, 3), np.uint8)
    page = io.BytesIO()
    Image.fromarray(noise).resize((1080, 720), Image.Resampling.BICUBIC).save(page, "JPEG", quality=93)
    for number in range(count):
        (folder / f"IMG_{number:04d}.jpg").write_bytes(with_mark(page.getvalue(), b"copy %08d" % number))


if __name__ == "__main__":
    sys.exit(main())
