#!/usr/bin/env python3
"""How quickly a large library is searched, what it takes to be ready for that, and what is missed.

    benchmarks/search.py [--pack NAME_OR_FOLDER] [--sizes 10k,100k,1M] [--work FOLDER] [--json FILE] [--quick]

For each size a library is invented (invented.py), a daemon is started on it, and questions are asked over its socket,
one after the other, a page of 50 hits each. *Unseen* questions were asked by nobody before, so that the text tower
runs for each. Beside them stand, in this run and on the same vectors, all searches without a text tower: the daemon's
own index, numpy multiplying with everything, FAISS's exact index and, where `--rclip` names it, rclip's search.
Nothing of the user's is touched; `--work` keeps the libraries for the next run.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import invented
import rivals
from invented import CONCEPTS, SHARES, Manner

from rows import Row, report
from support.vault import RunningVault
from vaultd.catalog import models
from vaultd.catalog.store import Catalog
from vaultd.index.followed import vectors_path
from vaultd.index.growing import GrowingIndex
from vaultd.index.kept import Owner
from vaultd.models.bundled import open_pack
from vaultd.models.engines import open_encoders
from vaultipc.blocking import Client
from vaultipc.messages import SearchParams, SearchResult, SimilarParams

PAGE = 50
BEST = 10
QUESTIONS = 100
"""Asked of each kind; each sees the questions in an order of its own."""
RCLIP_MOST = 100_000
"""It reads every vector for each question, which takes a second at this size."""
SMALL = 1000
NEW = 10_000_000
"""From here on nothing has an id."""
PATIENCE_S = 3600.0
UNITS = {"k": 1000, "M": 1_000_000}
AIM_MS = {100_000: 25.0, 1_000_000: 40.0}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", default="mini", help="a pack's name, or its folder")
    parser.add_argument("--sizes", default="10k,100k,1M", help="how many pictures, as in 10k,1M")
    parser.add_argument("--work", type=Path, help="where libraries are made and kept; by default they go when it ends")
    parser.add_argument(
        "--quick", action="store_true", help="2,000 pictures: a check that it works, no figure to quote"
    )
    parser.add_argument("--rclip", help="the Python of an environment where rclip is installed: a rival up to 100k")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    sizes = [2000] if options.quick else [number_of(size) for size in options.sizes.split(",")]
    with tempfile.TemporaryDirectory(prefix="vv-") as scratch:
        os.environ["TMPDIR"] = tempfile.tempdir = scratch
        work = options.work.absolute() if options.work else Path(scratch)
        benches = [Bench(work, options.pack, size, options.rclip) for size in sizes]
        report((row for bench in benches for row in bench.rows()), options.json)
    return 0


def number_of(size: str) -> int:
    """2k is 2,000, 1M is 1,000,000."""
    return int(float(size[:-1]) * UNITS[size[-1]]) if size[-1] in UNITS else int(size)


@dataclass
class Bench:
    """One library and everything that is measured of it."""

    work: Path
    pack: str
    size: int
    rclip: str | None

    def rows(self) -> Iterator[Row]:
        """The rows, named by the size."""
        name = f"{self.size // 1000}k"
        pack = open_pack(self.pack)
        encoders = open_encoders(pack, "onnx", threads=2)
        manner = invented.manner_of(pack, encoders.text)
        folder = self.work / f"{name}-{pack.manifest.name}"
        is_made = folder.exists()
        with RunningVault(folder) as vault:
            if (Path(self.pack) / "manifest.json").is_file():
                vault.environ["VVAULT_MODEL_NAME"] = str(Path(self.pack).absolute())
            if not is_made:
                yield from self._named(name, made(vault, manner, self.size))
            yield from self._named(name, measured(vault, self.size))
            vault.stop()
            asked = np.concatenate([encoders.text.embed([text]) for text in questions("")])
            yield from self._named(name, beside(vault, asked, self.rclip if self.size <= RCLIP_MOST else None))

    def _named(self, name: str, rows: Iterator[Row]) -> Iterator[Row]:
        for row in rows:
            yield Row(f"{name}: {row.name}", row.value, row.unit, row.rival, row.ratio)


def made(vault: RunningVault, manner: Manner, size: int) -> Iterator[Row]:
    """Makes the library, and its indexes for the first time."""
    vault.start()
    vault.call("add", vault.pictures)
    vault.settle()
    vault.stop()
    began = time.monotonic()
    catalog = Catalog.open(vault.data / "catalog.db")
    try:
        invented.fill(catalog, vault.pictures, manner, size)
    finally:
        catalog.close()
    yield Row("the library is written", time.monotonic() - began, "s")
    began = time.monotonic()
    vault.start()
    until(lambda: is_searchable(vault))
    yield Row("indexes are made", time.monotonic() - began, "s")
    until(lambda: is_at_rest(vault))
    yield Row("at most, while they are made", memory_mib(vault, "VmHWM"), "MiB")
    vault.stop()


def measured(vault: RunningVault, size: int) -> Iterator[Row]:
    """From a start on: until it answers, what questions take, and the memory."""
    began = time.monotonic()
    vault.start()
    yield Row("start until it answers", time.monotonic() - began, "s", "aim 5")
    until(lambda: is_searchable(vault))
    yield Row("start until all can be searched", time.monotonic() - began, "s", "aim 5", (time.monotonic() - began) / 5)
    until(lambda: is_at_rest(vault))
    yield Row("resident at rest", memory_mib(vault), "MiB", "aim 1500", memory_mib(vault) / 1500)
    with Client(vault.socket) as client:
        yield from asked_rows(Asker(client), AIM_MS.get(size))
    yield Row("resident after the questions", memory_mib(vault), "MiB", "aim 1500", memory_mib(vault) / 1500)
    yield Row("at most", memory_mib(vault, "VmHWM"), "MiB", "aim 1500", memory_mib(vault, "VmHWM") / 1500)
    yield Row("of it shared with files", memory_mib(vault, "RssFile"), "MiB")


@dataclass
class Asker:
    """Asks, and keeps what it took."""

    client: Client

    def timed(self, ask: Callable[[str], SearchResult], asked: list[str]) -> tuple[NDArray[np.float64], float]:
        """Milliseconds of each question, and how many hits there were in the middle."""
        took, totals = [], []
        for one in asked:
            began = time.perf_counter()
            result = ask(one)
            took.append(1000 * (time.perf_counter() - began))
            totals.append(result.total)
        return np.array(took), float(np.median(totals))

    def search(self, query: str, *, facets: bool = False) -> SearchResult:
        found: SearchResult = self.client.call("search", SearchParams(query=query, limit=PAGE, facets=facets))
        return found

    def like(self, image: str) -> SearchResult:
        found: SearchResult = self.client.call("similar", SimilarParams(image=image, limit=PAGE))
        return found


def questions(before: str) -> list[str]:
    """Questions that differ by what stands before them, so that each kind's are asked for the first time."""
    chosen = np.random.default_rng(len(before)).choice(len(CONCEPTS), QUESTIONS, replace=False)
    return [f"{before}{CONCEPTS[place]}" for place in chosen.tolist()]


def asked_rows(asker: Asker, aim_ms: float | None) -> Iterator[Row]:
    """What each kind of question takes."""
    asker.search("a photograph of nothing in particular")
    unseen, hits = asker.timed(asker.search, questions(""))
    middle = float(np.median(unseen))
    aim = "none" if aim_ms is None else f"aim {aim_ms:g}"
    yield Row("hits of an unseen question, median", hits, "pictures")
    yield Row("unseen question, median", middle, "ms", aim, None if aim_ms is None else middle / aim_ms)
    yield Row("unseen question, p99", float(np.percentile(unseen, 99)), "ms")
    yield from against("asked again", asker.timed(asker.search, questions("")), middle)
    for before, (tag, share) in zip(("a ", "the ", "some ", "every "), SHARES.items(), strict=True):
        asked = questions(before)
        plain = float(np.median(asker.timed(asker.search, asked[::2])[0]))
        took = asker.timed(asker.search, [f"{one} tag:{tag}" for one in asked[1::2]])
        yield from against(f"unseen, filtered to {share:.1%}", took, plain, "its like, unfiltered")
    yield from against("with counts", asker.timed(lambda one: asker.search(one, facets=True), questions("")), middle)
    some = [hit.id for one in questions("")[:20] for hit in asker.search(one).hits[:2]]
    yield from against("like a picture", asker.timed(asker.like, some), middle)
    yield from against("like: in a query", asker.timed(asker.search, [f"like:{image}" for image in some[::2]]), middle)


def against(name: str, took: tuple[NDArray[np.float64], float], middle: float, rival: str = "unseen") -> Iterator[Row]:
    """The rows of a kind of question beside another, which took `middle` milliseconds."""
    times, hits = took
    yield Row(f"{name}, median", float(np.median(times)), "ms", rival, float(np.median(times)) / middle)
    yield Row(f"{name}, p99", float(np.percentile(times, 99)), "ms")
    yield Row(f"{name}, hits", hits, "pictures")


def beside(vault: RunningVault, asked: NDArray[np.float32], rclip: str | None) -> Iterator[Row]:
    """The daemon's own index, and its rivals, on the same vectors and without a text tower."""
    catalog = Catalog.open(vault.data / "catalog.db")
    try:
        with catalog.read() as sql:
            model = models.active(sql)
        assert model is not None
        index = GrowingIndex(model.dimension, vectors_path(vault.data / "index", model.id))
        index.restore(Owner(catalog.meta("generation"), model.title, model.dimension))
    finally:
        catalog.close()
    images, halves = index.contents()
    exact = rivals.numpy_best(halves, asked, BEST)
    took, ours = rivals.timed(lambda vector: index.nearest(vector, BEST)[0], asked)
    recall = float(np.mean([np.isin(images[one], two).mean() for one, two in zip(exact, ours, strict=True)]))
    yield Row(f"recall@{BEST} of the index ({index.kind})", recall, "share", "aim 0.98", recall / 0.98)
    yield Row(f"index alone, best {BEST}", took, "ms")
    for name, rival in rivals.everyone(halves, asked, BEST, rclip):
        yield Row(f"index alone, best {BEST}", took, "ms", name, took / rival)
    yield from changed(index, asked)


def changed(index: GrowingIndex, vectors: NDArray[np.float32]) -> Iterator[Row]:
    """What one more picture costs the index, and one less, beside one of a thousand. Nothing of it is kept."""
    small = GrowingIndex(index.dimension)
    small.put(np.arange(SMALL), np.resize(vectors, (SMALL, index.dimension)))
    for name, change in (("adding", _add), ("deleting", _drop)):
        here, there = (float(np.median([change(one, place, vectors) for place in range(QUESTIONS)]))
                       for one in (index, small))  # fmt: skip
        yield Row(f"index alone, {name} one picture", here, "ms", f"among {SMALL}", here / there)


def _add(index: GrowingIndex, place: int, vectors: NDArray[np.float32]) -> float:
    began = time.perf_counter()
    index.put(np.array([NEW + place]), vectors[place : place + 1])
    return 1000 * (time.perf_counter() - began)


def _drop(index: GrowingIndex, place: int, vectors: NDArray[np.float32]) -> float:
    began = time.perf_counter()
    index.drop(np.array([NEW + place]))
    return 1000 * (time.perf_counter() - began)


def until(holds: Callable[[], bool]) -> None:
    """Waits, asking seldom enough not to be in the way."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"the daemon is not there after {PATIENCE_S:g} s")
        time.sleep(0.1)


def is_searchable(vault: RunningVault) -> bool:
    with Client(vault.socket) as client:
        status = client.call("status")
    return bool(status.seq == status.vector_seq == status.text_seq)


def is_at_rest(vault: RunningVault) -> bool:
    with Client(vault.socket) as client:
        status = client.call("status")
    return bool(status.pending == 0 and status.state in ("idle", "paused") and status.seq == status.vector_seq)


def memory_mib(vault: RunningVault, field: str = "VmRSS") -> float:
    """The daemon's own memory (proc_pid_status(5)); its workers are processes of their own."""
    assert vault.daemon is not None
    status = Path(f"/proc/{vault.daemon.pid}/status").read_text(encoding="ascii")
    (line,) = [line for line in status.splitlines() if line.startswith(f"{field}:")]
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    sys.exit(main())
