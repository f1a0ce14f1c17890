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
    return await _planted(daemon, nursery, as_files=False)


@pytest.fixture
async def file_vault(daemon: SmallDaemon, nursery: trio.Nursery) -> PlantedVault:
    """The same, with entries that are files."""
    return await _planted(daemon, nursery, as_files=True)


@pytest.fixture
async def portable_vault(daemon: SmallDaemon, nursery: trio.Nursery) -> PlantedVault:
    """The same, with names that other systems can hold."""
    return await _planted(daemon, nursery, as_files=False, portable=True)


async def _planted(daemon: SmallDaemon, nursery: trio.Nursery, as_files: bool, portable: bool = False) -> PlantedVault:
    clock = Clock()
    entries = "file" if as_files else "symlink"
    link = Link(daemon.socket, MountParams(path=MOUNTPOINT.decode(), backend="none", entries=entries, pid=1))
    tree = plant(link, MOUNTPOINT, clock, as_files=as_files, portable=portable)
    await nursery.start(link.serve)
    await nursery.start(tree.serve)
    await link.attempted.wait()
    return PlantedVault(tree, daemon, link, clock)
