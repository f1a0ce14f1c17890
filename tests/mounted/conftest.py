"""A mounted library per module and backend: tests use names of their own in it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.mounting import BACKENDS, Mount
from support.smalldaemon import SmallDaemon


@pytest.fixture(scope="module", params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """Every mounted test runs on both."""
    name: str = request.param
    pytest.importorskip("pyfuse3" if name == "pyfuse3" else "mfusepy", reason=f"the {name} backend is not installed")
    return name


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


@pytest.fixture(scope="module")
def outside(library: SmallDaemon) -> Path:
    """A folder that is neither in the library nor in the mount."""
    place = library.socket.with_name("outside")
    place.mkdir(exist_ok=True)
    return place
