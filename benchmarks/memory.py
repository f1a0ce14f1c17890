#!/usr/bin/env python3
"""What a daemon holds in memory that knows a large library, and how quickly its model is changed back.

    benchmarks/memory.py [--pack FOLDER] [--count 100000] [--quick] [--json FILE]

Writes a catalog of `count` images with random vectors of the pack's model (without one, of the bundled one), and a file
on disk for each, so that everything is looked through and watched as in life; then starts a daemon on it and asks
questions nobody asked before. The image tower is not measured: it lives in the workers, and ends with them.
Nothing of the user's is touched.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from rows import Row, report
from support.vault import RunningVault, eventually
from vaultd.catalog import embeddings, models
from vaultd.catalog.models import Model
from vaultd.catalog.store import Catalog
from vaultd.models.bundled import open_pack
from vaultipc.blocking import Client
from vaultipc.messages import SearchParams

BUDGET_MIB = 450
A_FOLDER = 1000
MEAN_COSINE = 0.3
"""Real vectors of one model are not spread evenly: the pictures of a library have something in common."""
QUESTIONS = [f"{colour} {thing}" for colour in ("red", "blue", "old", "wet") for thing in ("boat", "garden", "street")]
PATIENCE_S = 900.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", type=Path)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--quick", action="store_true", help="2,000 images: a check that it works, no figure to quote")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    count = 2000 if options.quick else options.count
    with tempfile.TemporaryDirectory(prefix="vv-") as scratch:
        os.environ["TMPDIR"] = tempfile.tempdir = scratch
        with RunningVault(Path(scratch, "v")) as vault:
            if options.pack:
                vault.environ["VVAULT_MODEL_NAME"] = str(options.pack.absolute())
            report(measured(vault, count), options.json)
    return 0


def measured(vault: RunningVault, count: int) -> Iterator[Row]:
    """The rows: at rest, asked, and after the index was made anew."""
    vault.start()
    vault.call("add", vault.pictures)
    vault.settle()
    yield Row("resident, empty library", resident_mib(vault), "MiB")
    vault.stop()
    fill(vault, count)
    began = time.monotonic()
    vault.start()
    yield Row("start until ready", time.monotonic() - began, "s")
    eventually(lambda: is_settled(vault), "everything is indexed", PATIENCE_S)
    yield Row("start until searchable", time.monotonic() - began, "s", f"{count} images")
    with Client(vault.socket) as client:
        for question in QUESTIONS:
            client.call("search", SearchParams(query=question, limit=100))
        yield budgeted("resident, indexes just made", resident_mib(vault))
    vault.stop()
    vault.start()
    eventually(lambda: is_settled(vault), "everything is indexed", PATIENCE_S)
    with Client(vault.socket) as client:
        took = [client.call("search", SearchParams(query=f"{one} now", limit=100)).took_ms for one in QUESTIONS]
    yield Row("a new question, median", float(np.median(took)), "ms")
    yield budgeted("resident, indexes read", resident_mib(vault))
    yield budgeted("at most", resident_mib(vault, "VmHWM"))
    yield Row("of it shared with files", resident_mib(vault, "RssFile"), "MiB")


def budgeted(name: str, value: float) -> Row:
    """A row beside the budget."""
    return Row(name, value, "MiB", f"at most {BUDGET_MIB}", value / BUDGET_MIB)


def is_settled(vault: RunningVault) -> bool:
    with Client(vault.socket) as client:
        status = client.call("status")
    return bool(status.pending == 0 and status.seq == status.vector_seq == status.text_seq)


def resident_mib(vault: RunningVault, field: str = "VmRSS") -> float:
    """The daemon's own memory (proc_pid_status(5)); its workers are processes of their own."""
    assert vault.daemon is not None
    status = Path(f"/proc/{vault.daemon.pid}/status").read_text(encoding="ascii")
    (line,) = [line for line in status.splitlines() if line.startswith(f"{field}:")]
    return int(line.split()[1]) / 1024


def fill(vault: RunningVault, count: int) -> None:
    """A catalog of `count` images, as if they had been read, and their files."""
    catalog = Catalog.open(vault.data / "catalog.db")
    try:
        for start in range(0, count, A_FOLDER):
            write_folder(catalog, vault.pictures / f"folder {start // A_FOLDER}", start, min(A_FOLDER, count - start))
    finally:
        catalog.close()


def write_folder(catalog: Catalog, folder: Path, start: int, count: int) -> None:
    folder.mkdir()
    with catalog.write() as tx:
        model = models.active(tx.sql)
        assert model is not None
        (root, volume, root_path) = tx.sql.execute("SELECT id, volume, path FROM roots").fetchone()
        below = root_path + b"/" + os.fsencode(folder.name)
        vectors = drawn(model, start, count)
        for number in range(count):
            image = write_image(tx.sql, start + number)
            path = folder / f"holiday picture {start + number}.jpg"
            path.write_bytes(b"\0")
            write_file(tx.sql, (volume, root, below + b"/" + os.fsencode(path.name)), path.stat(), image)
            tx.changed("image", image)
            embeddings.put(tx, image, model, vectors[number])


def drawn(model: Model, start: int, count: int) -> NDArray[np.float32]:
    """Random vectors of length one, [count, dimension], with a mean cosine as real ones have."""
    common = np.random.default_rng(0).normal(size=model.dimension)
    own = np.random.default_rng(start + 1).normal(size=(count, model.dimension))
    mixed = (MEAN_COSINE**0.5) * common / np.linalg.norm(common) + (1 - MEAN_COSINE) ** 0.5 * (
        own / np.linalg.norm(own, axis=1, keepdims=True)
    )
    vectors: NDArray[np.float32] = (mixed / np.linalg.norm(mixed, axis=1, keepdims=True)).astype(np.float32)
    return vectors


def write_image(sql: sqlite3.Connection, number: int) -> int:
    row = sql.execute(
        "INSERT INTO images (hash, type, size, width, height, taken_at, camera, added_at, metadata_version)"
        " VALUES (?, 'image/jpeg', 1, 4000, 3000, ?, 'Camera of a kind', ?, 1000) RETURNING id",
        (number.to_bytes(32, "big"), 1_500_000_000_000 + 1_000_000 * number, number),
    ).fetchone()
    sql.execute(
        "INSERT INTO looks (image, version, phash, dhash, contrast, tint) VALUES (?, 1000, ?, ?, 50, zeroblob(32))",
        (row[0], number, -number),
    )
    return int(row[0])


def write_file(sql: sqlite3.Connection, place: tuple[int, int, bytes], facts: os.stat_result, image: int) -> None:
    sql.execute(
        "INSERT INTO files (volume, root, path, inode, mtime_ns, ctime_ns, size, blocks, mode, uid, gid, state, image,"
        " seen_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'present', ?, 0)",
        (*place, facts.st_ino, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_size, facts.st_blocks, facts.st_mode,
         facts.st_uid, facts.st_gid, image),
    )  # fmt: skip


if __name__ == "__main__":
    open_pack()  # a sentence, before anything is written, where not even the bundled pack can be read
    sys.exit(main())
