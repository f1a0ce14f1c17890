"""Damaged pictures of every format, through a real daemon and its workers: each is read, or fails with a reason."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import otherformats
from support.mutating import mutants
from support.vault import RunningVault
from vaultd.worker.formats import OPENED

FORMATS = [*OPENED, *otherformats.installed()]
ENDINGS = {"RAW": "dng"}
"""Of those whose name ends otherwise than Pillow calls them."""
EVERYDAY = 100
LONG_ROUNDS = 16
PATIENCE_S = 540.0
MIB = 1 << 20
GROWTH = 32 * MIB
"""The daemon may take so much more for what it knows of the pictures; what it leaks of each would be far more."""

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningVault]:
    with RunningVault(tmp_path_factory.mktemp("f")) as vault:
        vault.environ["VVAULT_INGEST_SETTLE_MS"] = "0"
        vault.start()
        yield vault


def put(vault: RunningVault, seed: int, count: int) -> dict[str, Path]:
    """Writes `count` damaged files of every format; returns the folder of each format."""
    folders = {kind: vault.home / f"damaged {seed}" / kind for kind in FORMATS}
    for kind, folder in folders.items():
        folder.mkdir(parents=True)
        for number, content in enumerate(mutants(kind, seed, count)):
            (folder / f"{number:04}.{ENDINGS.get(kind, kind.lower())}").write_bytes(content)
    return folders


def read(vault: RunningVault, seed: int, count: int) -> int:
    """Reads so many of each format; returns the daemon's resident bytes afterwards."""
    folder = next(iter(put(vault, seed, count).values())).parent
    vault.call("add", folder, timeout=PATIENCE_S)
    status = vault.settle(PATIENCE_S)
    assert (status["state"], status["pending"]) == ("idle", 0)
    return int(status["rss_bytes"])


def outcomes(vault: RunningVault) -> Counter[str]:
    """How many files are a picture, failed by kind, or neither; and the reasons of those that ended a worker."""
    with sqlite3.connect(f"file:{vault.data / 'catalog.db'}?mode=ro", uri=True) as catalog:
        rows = catalog.execute(
            "SELECT CASE WHEN files.image IS NOT NULL THEN 'picture' ELSE coalesce(failures.kind, 'nothing') END,"
            " failures.reason FROM files LEFT JOIN failures ON failures.file = files.id"
        ).fetchall()
    return Counter(kind if kind not in ("crash", "timeout") else f"{kind}: {reason}" for kind, reason in rows)


def check(found: Counter[str], files: int) -> None:
    """Every file came to an end. A worker may be ended by a library below it, never by an exception of Python's."""
    print(dict(found))
    assert found.total() == files
    assert found["nothing"] == 0
    assert found["picture"] > files / 20, "the damage is not so great that nothing is ever decoded"
    assert found["truncated"] > files / 20
    assert not [kind for kind in found if "exit status" in kind or kind.startswith("timeout")]


def test_a_hundred_damaged_pictures_of_every_format_end_as_pictures_or_failures(daemon: RunningVault) -> None:
    read(daemon, 1, EVERYDAY)
    check(outcomes(daemon), EVERYDAY * len(FORMATS))
    (daemon.home / "damaged 1" / "JPEG" / "good.jpg").write_bytes(next(mutants("JPEG", 2, 1)))
    assert daemon.settle()["files"] == EVERYDAY * len(FORMATS) + 1, "the daemon reads on"


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_ten_thousand_damaged_pictures_do_not_make_the_daemon_grow(daemon: RunningVault) -> None:
    each = -(-10_000 // (LONG_ROUNDS * len(FORMATS)))
    resident = [read(daemon, 100 + number, each) for number in range(LONG_ROUNDS)]
    print("resident MiB after each round:", [round(size / MIB, 1) for size in resident])
    found = outcomes(daemon)
    assert found["nothing"] == 0
    assert not [kind for kind in found if "exit status" in kind or kind.startswith("timeout")]
    assert resident[-1] - resident[LONG_ROUNDS // 4] < GROWTH
