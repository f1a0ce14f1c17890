"""A planted tree for every test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import trio

from support.planted import MOUNTPOINT, Clock, PlantedVault
from support.smalldaemon import SmallDaemon
from vaultfs.link import Link
from vaultfs.tree.root import plant
from vaultipc.messages import MountParams


@pytest.fixture
def daemon(short_path: Path) -> Iterator[SmallDaemon]:
    with SmallDaemon(short_path) as running:
        yield running


@pytest.fixture
async def vault(daemon: SmallDaemon, nursery: trio.Nursery) -> PlantedVault:
    clock = Clock()
    announcement = MountParams(path=MOUNTPOINT.decode(), backend="none", entries="symlink", pid=1)
    link = Link(daemon.socket, announcement)
    tree = plant(link, MOUNTPOINT, clock)
    await nursery.start(link.serve)
    await nursery.start(tree.serve)
    await link.attempted.wait()
    return PlantedVault(tree, daemon, link, clock)
