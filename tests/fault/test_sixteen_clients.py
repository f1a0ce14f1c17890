"""Sixteen clients tag, search, rename and rescan at once: what is left is what some order of their requests leaves.

The order is that of the actions' numbers: each request, done in that order on a simple model, must have changed as much
as its client was told, and lead to what is there.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import crowd
from support.crowd import MOUNT_CLIENTS, STUCK_S, THINK_S, Crowd, p99, replayed, there_is
from support.vault import RunningVault
from vaultipc.blocking import Client

P99_S = 0.1
LEISURE_S = 0.3
"""Seconds between two gestures in the everyday form. Other tests run beside it, on two cores, and a crowd in haste
takes all that it can get; at leisure it takes a third of a core, and forty requests a second still meet each other."""
EVERYDAY = (60.0, LEISURE_S, STUCK_S)
LONG = (600.0, THINK_S, P99_S)


@pytest.fixture
def vault() -> Iterator[RunningVault]:
    with RunningVault(Path(tempfile.mkdtemp(prefix="c"))) as running:
        crowd.begin(running)
        yield running


@pytest.mark.fuse
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("seconds", "think_s", "most_s"), [EVERYDAY, pytest.param(*LONG, marks=pytest.mark.long)], ids=["everyday", "long"]
)
def test_what_sixteen_clients_leave_is_what_some_order_of_their_requests_leaves(
    vault: RunningVault, seconds: float, think_s: float, most_s: float
) -> None:
    people = Crowd(vault, seconds, seed=1, think_s=think_s)
    people.run()
    print(f"{len(people.done)} changes; of {len(people.took)} tag operations p99 was {p99(people.took) * 1000:.0f} ms")
    assert p99(people.took) <= most_s
    # A machine that stalls for two seconds makes each of them late.
    assert people.late <= MOUNT_CLIENTS + people.gestures // 1000, "changes through the mount are answered in time"
    assert len({one.action for one in people.done}) == len(people.done), "two requests were recorded as one"
    with Client(vault.socket, timeout=60) as client:
        assert there_is(client) == replayed(people.done)
        for name, linked in people.left.items():
            assert set(os.listdir(vault.mountpoint / "tags" / name)) == linked
        checks = client.call("doctor", {"deep": True}).checks
        assert [check for check in checks if check.state == "fail"] == []
        client.call("undo", {"count": len(people.done) + MOUNT_CLIENTS * 1000})
        assert there_is(client) == {}
