"""The files of a catalog as a power cut at a random instant may leave them: every answered action is there, whole."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.catalog_rows import opened
from support.crash import powercut
from vaultd.catalog import check
from vaultd.catalog.store import Catalog

WRITER = """
import itertools, pathlib, sys
from support.catalog_rows import image
from vaultd.catalog import actions, tags
from vaultd.catalog.store import Catalog
catalog = Catalog.open(pathlib.Path(sys.argv[1]))
with catalog.write() as tx:
    images = [image(tx, f"{number}.jpg") for number in range(20)]
for number in itertools.count(1):
    with catalog.write() as tx, actions.recorded(tx, "tag", f"tag {number}", "test") as action:
        tags.apply(action, tags.create(action, f"{number} " + "long " * 40), images)
    print(number, flush=True)
"""
"""Commits one action after the other, each of twenty rows, and tells the number of each once it is durable."""


EACH = 50
"""Power cuts of one catalog: it only grows, and each time all of it is looked at."""


@contextmanager
def writing(catalog: Path) -> Iterator[subprocess.Popen[bytes]]:
    paths = os.pathsep.join(path for path in sys.path if path)
    env = {**os.environ, "PYTHONPATH": paths}
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(catalog)], stdout=subprocess.PIPE, env=env)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(
    "cuts",
    [
        pytest.param(15, marks=pytest.mark.timeout(180)),
        pytest.param(1000, marks=[pytest.mark.long, pytest.mark.timeout(1800)]),
    ],
)
def test_what_was_committed_survives_a_power_cut_whole(tmp_path: Path, cuts: int) -> None:
    seed = 1 if cuts < EACH else random.randrange(1 << 32)
    dice = random.Random(seed)
    for first in range(0, cuts, EACH):
        folder = tmp_path / str(first)
        folder.mkdir()
        with writing(folder / "catalog.db") as writer:
            wrong = cut_often(writer, folder, dice, min(EACH, cuts - first))
        assert wrong == [], f"seed {seed}, in the {EACH} cuts from {first} on"
        shutil.rmtree(folder)


def cut_often(writer: subprocess.Popen[bytes], folder: Path, dice: random.Random, cuts: int) -> list[str]:
    """What the first power cut after which something is missing or wrong has lost."""
    pipe, told = writer.stdout, 0
    assert pipe is not None
    os.set_blocking(pipe.fileno(), False)
    while not (first := pipe.read()):
        time.sleep(0.01)
    said = bytearray(first)
    for number in range(cuts):
        time.sleep(dice.uniform(0, 0.05))
        writer.send_signal(signal.SIGSTOP)
        while Path(f"/proc/{writer.pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "T":
            time.sleep(0.0005)
        said += pipe.read() or b""
        told = int(said[: said.rindex(b"\n")].split()[-1])
        left = folder / str(number)
        left.mkdir()
        powercut.cut(folder / "catalog.db", left / "catalog.sqlite", dice)
        with opened(left) as catalog:
            wrong = lost(catalog, told)
        if wrong:
            return [f"cut {number}", *wrong]
        writer.send_signal(signal.SIGCONT)  # not before: there would be ever more to look at
        shutil.rmtree(left)
    assert told > cuts // 5, "hardly anything was written meanwhile"
    return []


def lost(catalog: Catalog, told: int) -> list[str]:
    """What is not there of so many actions, and what else is wrong with the catalog."""
    with catalog.read() as sql:
        (there,) = sql.execute("SELECT max(id) FROM actions").fetchone()
        wrong = [check.message for check in check.check(sql, deep=True) if check.state != "ok"]
    return wrong if there >= told else [f"action {told} was told, {there} is the last one", *wrong]


def test_a_commit_is_synced_before_it_counts(tmp_path: Path) -> None:
    """The simulation takes for synced what was committed: this says that it is."""
    with opened(tmp_path) as catalog, catalog.write() as tx:
        assert tx.sql.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
        assert tx.sql.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_the_simulation_tears_what_was_not_synced(tmp_path: Path) -> None:
    """A log of two transactions, the second without its last frame: only the first one is what counts."""
    with opened(tmp_path) as catalog:
        with catalog.write() as tx:
            tx.sql.execute("INSERT INTO meta VALUES ('a', ?)", ("x" * 20_000,))
        wal = (tmp_path / "catalog.sqlite-wal").read_bytes()
        whole = powercut.read(wal)
        assert whole.committed == len(wal)
        assert powercut.read(wal[:-1]).committed < len(wal)
        tails = {len(powercut._torn(b"x" * 5000, random.Random(seed))) for seed in range(20)}
        assert len(tails) > 10
