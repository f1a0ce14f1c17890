"""An hour of mixed load: memory, descriptors, threads and the catalog's log are at the end what they were early on."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from support import crowd
from support.crowd import Crowd
from support.vault import RunningVault

HOUR_S = 3600.0
STUCK_S = 120.0
"""An hour meets moments in which a machine does something else."""
EVERY_S = 10.0
MIB = 1 << 20


class Use(NamedTuple):
    """What the daemon has at one moment: bytes of memory, open descriptors, threads, bytes of the catalog's log."""

    memory: int
    descriptors: int
    threads: int
    log: int


@pytest.fixture
def vault() -> Iterator[RunningVault]:
    with RunningVault(Path(tempfile.mkdtemp(prefix="k"))) as running:
        crowd.begin(running)
        yield running


def used(vault: RunningVault) -> Use:
    assert vault.daemon is not None
    process = Path(f"/proc/{vault.daemon.pid}")
    pages = int((process / "statm").read_text().split()[1])
    return Use(
        memory=pages * os.sysconf("SC_PAGE_SIZE"),
        descriptors=len(os.listdir(process / "fd")),
        threads=len(os.listdir(process / "task")),
        log=(vault.data / "catalog.db-wal").stat().st_size,
    )


@pytest.mark.fuse
@pytest.mark.long
@pytest.mark.expects_log("the daemon does not answer; connecting again")
@pytest.mark.timeout(HOUR_S + 600)
def test_an_hour_of_mixed_load_leaves_everything_as_large_as_it_was(vault: RunningVault) -> None:
    seconds = float(os.environ.get("VVAULT_SOAK_S", HOUR_S))
    people, seen = Crowd(vault, seconds, seed=3, stuck_s=STUCK_S), list[Use]()
    work = threading.Thread(target=people.run, daemon=True)
    work.start()
    while work.is_alive():
        time.sleep(min(EVERY_S, seconds / 40))
        seen.append(used(vault))
    early, late = (seen[len(seen) // 4 : len(seen) // 2], seen[-len(seen) // 4 :])
    most = [Use(*map(max, zip(*part, strict=True))) for part in (early, late)]
    print(f"early {most[0]}, late {most[1]}, {len(people.done)} changes")
    assert most[1].memory < 1.1 * most[0].memory + 16 * MIB
    assert most[1].descriptors <= most[0].descriptors + 8
    assert most[1].threads <= most[0].threads + 4
    assert most[1].log < 2 * most[0].log + 8 * MIB
    assert crowd.left_in(vault) == crowd.replayed(people.done)
