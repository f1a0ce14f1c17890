"""An undisturbed run, where whatever was killed or torn must end too; and disks that can be filled."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest

from support.mounting import BACKENDS, KINDS, Kind, Mount
from support.once import once
from support.outcome import Outcome, outcome
from support.smalldaemon import SmallDaemon
from support.vault import RunningVault
from vaultd.demo.labels import labels_path
from vaultd.demo.library import Written, write


class Run(NamedTuple):
    """A run that nothing disturbed: what a person saw in it, and a copy of the data folder it left."""

    outcome: Outcome
    data: Path


FEW = 60


@pytest.fixture(scope="session")
def demo(run_folder: Path) -> Written:
    """A smaller demo library, with every format and all that is broken on purpose: it is read again and again here."""
    folder = once(run_folder, "small demo", lambda place: write(place / "Pictures", count=FEW)) / "Pictures"
    return Written(folder, labels_path(folder), FEW)


@pytest.fixture(scope="session")
def quiet_run(demo: Written, run_folder: Path) -> Run:
    def make(place: Path) -> None:
        with RunningVault(Path(tempfile.mkdtemp(prefix="u"))) as vault:
            vault.start()
            vault.call("add", demo.dir)
            (place / "seen").write_bytes(pickle.dumps(outcome(vault)))
            assert vault.stop() == 0
            shutil.copytree(vault.data, place / "data")

    place = once(run_folder, "quiet run", make)
    return Run(pickle.loads((place / "seen").read_bytes()), place / "data")


@pytest.fixture(scope="session")
def undisturbed(quiet_run: Run) -> Outcome:
    return quiet_run.outcome


@pytest.fixture(scope="session")
def complete(quiet_run: Run) -> Path:
    """The data folder of a daemon that has read the demo library and ended: copy it, never change it."""
    return quiet_run.data


_EVERY = [Kind(backend, entries) for backend in BACKENDS for entries in KINDS]
_OFTEN = {Kind("pyfuse3", "symlink"), Kind("fusepy", "file")}


@pytest.fixture(params=[pytest.param(k, id="-".join(k), marks=() if k in _OFTEN else pytest.mark.long) for k in _EVERY])
def kind(request: pytest.FixtureRequest) -> Kind:
    """Both backends with both kinds of entries: each once in the everyday run, all four in the long one."""
    found: Kind = request.param
    found.check()
    return found


@pytest.fixture
def small(short_path: Path) -> Iterator[SmallDaemon]:
    """A daemon in memory: what it does can be held up."""
    with SmallDaemon(short_path) as running:
        yield running


@pytest.fixture
def own(kind: Kind, small: SmallDaemon) -> Iterator[Mount]:
    """A mount of the small daemon, not started."""
    mount = Mount(small.socket.with_name("m"), small.socket, *kind)
    yield mount
    mount.close()


@pytest.fixture
def small_disk(short_path: Path) -> Iterator[Callable[[str, int], Path]]:
    """Makes a disk of so many KiB of its own (a tmpfs): `small_disk("data", 4096)`. Needs root."""
    if os.getuid() != 0:
        pytest.skip("only root can mount a small disk")
    with ExitStack() as stack:

        def make(name: str, kib: int) -> Path:
            place = short_path / name
            place.mkdir()
            command = ["mount", "-t", "tmpfs", "-o", f"size={kib}k,mode=700", "tmpfs", str(place)]
            done = subprocess.run(command, capture_output=True, check=False)
            if done.returncode:
                pytest.skip(f"no disk of one's own can be mounted here: {done.stderr.decode().strip()}")
            stack.callback(lambda: subprocess.run(["umount", "-l", place], check=True))
            return place

        yield make
