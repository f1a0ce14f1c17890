#!/usr/bin/env python3
"""How much slower a question is answered while pictures are being read.

    benchmarks/ingest_beside.py [FOLDER] [--count 3000] [--rounds 6] [--quick] [--json FILE]

Makes `count` distinct files from the pictures of FOLDER (without one, from the demo library), and reads them into a
vault of its own in a temporary home. Meanwhile it asks questions nobody asked before, one after the other; in turns the
reading is paused and goes on, so that library, machine and neighbours are the same for both. Nothing of the user's is
touched.
"""

from __future__ import annotations

import argparse
import itertools
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from ingest import COLOURS, THINGS, multiply

from rows import Row, report
from support.vault import RunningVault, eventually
from vaultd.demo import library
from vaultipc.blocking import Client
from vaultipc.messages import SearchParams

PLACES = ("sea", "forest", "city", "snow", "desert", "night", "lake", "meadow", "station", "kitchen")
ASKED = 40
"""Questions of one turn."""
AIM = 2.0
FIRST = 50
"""Pictures that there are before the first question."""
REST_S = 1.0
"""After a pause: what was being read is finished, and the indexes have followed."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--count", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--quick", action="store_true", help="one round, 400 files: a check that it works")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vv-") as scratch:
        os.environ["TMPDIR"] = tempfile.tempdir = scratch
        folder = options.folder or library.write(Path(scratch, "demo")).dir
        with RunningVault(Path(scratch, "v")) as vault:
            multiply(folder, vault.pictures, 400 if options.quick else options.count)
            report(measured(vault, 1 if options.quick else options.rounds), options.json)
    return 0


def measured(vault: RunningVault, rounds: int) -> Iterator[Row]:
    """Both kinds of turns, one after the other, and what the second costs."""
    vault.start()
    vault.call("add", vault.pictures)
    eventually(lambda: vault.call("status")["images"] >= FIRST, "some pictures are read", 300)
    texts = (" ".join(words) for words in itertools.product(COLOURS, THINGS, PLACES))
    quiet, beside = list[float](), list[float]()
    read, reading_s = 0, 0.0
    with Client(vault.socket) as client:
        asked(client, itertools.islice(texts, ASKED))
        for _ in range(rounds):
            vault.call("pause")
            at_rest(vault)
            quiet += asked(client, itertools.islice(texts, ASKED))
            vault.call("resume")
            eventually(lambda: vault.call("status")["rate_per_s"] > 0, "pictures are being read", 60)
            before, began = images(vault), time.perf_counter()
            beside += asked(client, itertools.islice(texts, ASKED))
            reading_s += time.perf_counter() - began
            read += images(vault) - before
    assert vault.call("status")["pending"], "pictures ran out: give a larger --count"
    yield Row("reading, meanwhile", read / reading_s, f"pictures/s, {read} in all")
    for name, of in (("median", statistics.median), ("p95", p95)):
        alone, slowed = of(quiet), of(beside)
        yield Row(f"search.paused.{name}", alone, f"ms, {len(quiet)} questions")
        yield Row(f"search.beside.{name}", slowed, f"ms, {len(beside)} questions", "paused", slowed / alone)
    ratio = statistics.median(beside) / statistics.median(quiet)
    yield Row("search.beside.slower", ratio, "times", f"aim {AIM:g}", ratio / AIM)


def at_rest(vault: RunningVault) -> None:
    """Until nothing is being read any more."""
    before = -1
    while before != (before := images(vault)):
        time.sleep(REST_S)


def images(vault: RunningVault) -> int:
    found: int = vault.call("status")["images"]
    return found


def asked(client: Client, texts: Iterator[str]) -> list[float]:
    """Milliseconds of each question."""
    times = []
    for text in texts:
        start = time.perf_counter()
        client.call("search", SearchParams(query=text, limit=50))
        times.append((time.perf_counter() - start) * 1000)
    return times


def p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


if __name__ == "__main__":
    sys.exit(main())
