"""A vault of which nobody asks anything, in which nothing happens."""

from __future__ import annotations

import time

import pytest

from support.ingesting import draw
from support.spent import processor_s
from support.vault import RunningVault

WATCHED_S = 6.0
"""A little more than between two looks at what is mounted."""
MOST_PERCENT = 2.0
"""Of one core. It is about 0.1, counted in ticks of 0.17; asking the catalog ten times a second would take more."""
WINDOWS = 5
"""So often it is tried: what was begun before the end of reading is finished soon after."""


@pytest.mark.fuse
@pytest.mark.timeout(180)
def test_a_quiet_daemon_and_its_mount_cost_no_processor_time(vault: RunningVault) -> None:
    for number in range(5):
        draw(vault.pictures / f"{number}.png", f"#{number}00000")
    vault.start()
    vault.call("add", vault.pictures)
    vault.settle(120)
    vault.mount()
    assert vault.listing("recent")
    seen: list[tuple[float, ...]] = []
    while not seen or max(seen[-1]) > MOST_PERCENT:
        assert len(seen) < WINDOWS, f"daemon and mount are never quiet, percents of a core: {seen}"
        seen.append(_percents(vault))


def _percents(vault: RunningVault) -> tuple[float, ...]:
    assert vault.daemon is not None
    assert vault.mounter is not None
    pids = (vault.daemon.pid, vault.mounter.pid)
    before = [processor_s(pid) for pid in pids]
    time.sleep(WATCHED_S)
    return tuple(100 * (processor_s(pid) - then) / WATCHED_S for pid, then in zip(pids, before, strict=True))
