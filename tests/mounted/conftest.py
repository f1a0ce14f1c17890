"""A mounted library per module and backend: tests use names of their own in it."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.ground import Ground
from support.mounting import BACKENDS, KINDS, Mount
from support.smalldaemon import SmallDaemon


@pytest.fixture(scope="module", params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """Every mounted test runs on both."""
    name: str = request.param
    _needs(name)
    return name


def _needs(backend: str) -> None:
    module = "pyfuse3" if backend == "pyfuse3" else "mfusepy"
    pytest.importorskip(module, reason=f"the {backend} backend is not installed")


@pytest.fixture(scope="module")
def library() -> Iterator[SmallDaemon]:
    with SmallDaemon(Path(tempfile.mkdtemp(prefix=""))) as vault:
        yield vault


@pytest.fixture(scope="module")
def mount(backend: str, library: SmallDaemon) -> Iterator[Mount]:
    with Mount(library.socket.with_name("m"), library.socket, backend) as mounted:
        yield mounted


@pytest.fixture(scope="module")
def file_mount(backend: str, library: SmallDaemon) -> Iterator[Mount]:
    """A second mount of the same library, where entries are files."""
    with Mount(library.socket.with_name("f"), library.socket, backend, "file") as mounted:
        yield mounted


_grounds = itertools.count(1)


@pytest.fixture(scope="session", params=[f"{backend}-{entries}" for backend in BACKENDS for entries in KINDS])
def shared_mount(request: pytest.FixtureRequest) -> Iterator[tuple[SmallDaemon, Mount]]:
    """One mount for each backend and kind of entries, for the whole table of POSIX functions."""
    backend, entries = request.param.split("-")
    _needs(backend)
    vault = SmallDaemon(Path(tempfile.mkdtemp(prefix="")))
    with vault, Mount(vault.socket.with_name("m"), vault.socket, backend, entries) as mount:
        yield vault, mount


@pytest.fixture
def ground(shared_mount: tuple[SmallDaemon, Mount]) -> Ground:
    vault, mount = shared_mount
    outside = vault.socket.with_name("outside")
    outside.mkdir(exist_ok=True)
    return Ground(vault, mount, outside, f"w{next(_grounds)}")


@pytest.fixture(scope="module")
def outside(library: SmallDaemon) -> Path:
    """A folder that is neither in the library nor in the mount."""
    place = library.socket.with_name("outside")
    place.mkdir(exist_ok=True)
    return place
