"""One mount for each backend and kind of entries, for the whole table."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.ground import Ground
from support.mounting import BACKENDS, KINDS, Kind, Mount
from support.smalldaemon import SmallDaemon

_grounds = itertools.count(1)
_ALL = [Kind(backend, entries) for backend in BACKENDS for entries in KINDS]


@pytest.fixture(scope="package", params=_ALL, ids="-".join)
def shared_mount(request: pytest.FixtureRequest) -> Iterator[tuple[SmallDaemon, Mount]]:
    kind: Kind = request.param
    kind.check()
    vault = SmallDaemon(Path(tempfile.mkdtemp(prefix="")))
    with vault, Mount(vault.socket.with_name("m"), vault.socket, *kind) as mount:
        yield vault, mount


@pytest.fixture
def ground(shared_mount: tuple[SmallDaemon, Mount]) -> Ground:
    """Names that nothing else in the mount has."""
    vault, mount = shared_mount
    outside = vault.socket.with_name("outside")
    outside.mkdir(exist_ok=True)
    return Ground(vault, mount, outside, f"w{next(_grounds)}")
