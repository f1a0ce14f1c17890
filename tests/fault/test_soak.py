"""An hour of mixed load on a library that changes all the time.

Memory, descriptors and threads of all processes, and the catalog's log, are at the end what they were early on; nothing
of what left stays behind. What the mount keeps for ten minutes (snapshots, given names) is there early on as well.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import pytest

from support import crowd
from support.catalogued import contents, places
from support.crowd import PICTURES, Crowd
from support.newcomers import Newcomers
from support.outcome import outcome
from support.vault import RunningVault, eventually
from support.watches import watches
from vaultd.catalog.store import IDLE_READERS, READER_CACHE_KIB, WRITER_CACHE_KIB
from vaultipc.blocking import Client

HOUR_S = 3600.0
STUCK_S = 120.0
"""An hour meets moments in which a machine does something else."""
EVERY_S = 10.0
MIB = 1 << 20
CACHES = 1024 * (WRITER_CACHE_KIB + IDLE_READERS * READER_CACHE_KIB)
"""Bytes that SQLite keeps of the catalog in the daemon's memory, at most. It grows with every action."""
SHOWN = 16
"""As many digits of a content's hash are told."""
THUMBNAILS = {"thumbnails": "ok", "whole thumbnails": "ok"}


class Use(NamedTuple):
    """What some processes have at one moment: bytes of memory, open descriptors, threads."""

    memory: int
    descriptors: int
    threads: int


class Moment(NamedTuple):
    """`catalog`, `log`: bytes of the catalog and its log. Workers are taken together: one follows on another."""

    daemon: Use
    mount: Use
    workers: Use
    catalog: int
    log: int


@pytest.fixture
def vault() -> Iterator[RunningVault]:
    with RunningVault(Path(tempfile.mkdtemp(prefix="k"))) as running:
        crowd.begin(running)
        yield running


def used(vault: RunningVault) -> Moment:
    assert vault.daemon is not None
    assert vault.mounter is not None
    return Moment(
        daemon=of_processes([vault.daemon.pid]),
        mount=of_processes([vault.mounter.pid]),
        workers=of_processes(vault.workers()),
        catalog=(vault.data / "catalog.db").stat().st_size,
        log=(vault.data / "catalog.db-wal").stat().st_size,
    )


def of_processes(pids: Iterable[int]) -> Use:
    return Use(*map(sum, zip(Use(0, 0, 0), *map(of_process, pids), strict=True)))


def of_process(pid: int) -> Use:
    process = Path(f"/proc/{pid}")
    try:
        pages = int((process / "statm").read_text().split()[1])
        descriptors, threads = len(os.listdir(process / "fd")), len(os.listdir(process / "task"))
    except (FileNotFoundError, ProcessLookupError):  # a worker that just ended
        return Use(0, 0, 0)
    return Use(pages * os.sysconf("SC_PAGE_SIZE"), descriptors, threads)


def most(moments: list[Moment]) -> Moment:
    """Of each number the largest."""
    return Moment(
        daemon=largest(moment.daemon for moment in moments),
        mount=largest(moment.mount for moment in moments),
        workers=largest(moment.workers for moment in moments),
        catalog=max(moment.catalog for moment in moments),
        log=max(moment.log for moment in moments),
    )


def largest(uses: Iterable[Use]) -> Use:
    return Use(*map(max, zip(*uses, strict=True)))


@pytest.mark.fuse
@pytest.mark.long
@pytest.mark.expects_log("the daemon does not answer; connecting again")
@pytest.mark.timeout(HOUR_S + 900)
def test_an_hour_of_mixed_load_leaves_everything_as_large_as_it_was(vault: RunningVault) -> None:
    seconds = float(os.environ.get("VVAULT_SOAK_S", HOUR_S))
    people, seen = Crowd(vault, seconds, seed=3, stuck_s=STUCK_S), list[Moment]()
    newcomers = Newcomers(vault, seconds, seed=4)
    working = [threading.Thread(target=who.run, daemon=True) for who in (people, newcomers)]
    for work in working:
        work.start()
    while any(work.is_alive() for work in working):
        time.sleep(min(EVERY_S, seconds / 40))
        seen.append(used(vault))
    early, late = most(seen[len(seen) // 4 : len(seen) // 2]), most(seen[-len(seen) // 4 :])
    print(f"early {early}, late {late}, {len(people.done)} changes, {newcomers.gestures}")
    cached = (min(late.catalog - early.catalog, CACHES), 0, 0)
    for before, after, kept in zip(early[:3], late[:3], cached, strict=True):
        assert after.memory < 1.1 * before.memory + 16 * MIB + kept
        assert after.descriptors <= before.descriptors + 8
        assert after.threads <= before.threads + 4
    assert late.log < 2 * early.log + 8 * MIB
    assert crowd.left_in(vault) == crowd.replayed(people.done)
    check_what_is_left(vault, newcomers)


def check_what_is_left(vault: RunningVault, newcomers: Newcomers) -> None:
    """Of the pictures that came and went: those that are there, no others, and nothing that was made for them."""
    there = [*vault.pictures.glob("*.png"), *newcomers.folder.rglob("*.png")]
    left = outcome(vault)
    assert left.failed == frozenset()
    assert left.contents == {blake2b(path.read_bytes(), digest_size=32).hexdigest()[:SHOWN] for path in there}
    assert places(vault).keys() == {str(path.relative_to(vault.home)) for path in there}
    assert len(contents(vault)) <= PICTURES + newcomers.contents, "only what was there is known"
    with Client(vault.socket, timeout=STUCK_S) as client:
        checks = client.call("doctor", {"deep": True}).checks
    assert [check for check in checks if check.state == "fail"] == []
    assert {check.name: check.state for check in checks if "thumbnail" in check.name} == THUMBNAILS
    daemon = vault.daemon
    assert daemon is not None
    folders = {vault.pictures, newcomers.folder, *(path.parent for path in there)}
    eventually(lambda: watches(daemon.pid) == len(folders), "folders that left are no longer watched")
