"""An undisturbed run, where whatever was killed or torn must end too; and disks that can be filled."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from support.outcome import Outcome, outcome
from support.vault import RunningVault
from vaultd.demo.library import Written


@pytest.fixture(scope="session")
def undisturbed(demo: Written) -> Outcome:
    with RunningVault(Path(tempfile.mkdtemp(prefix="u"))) as vault:
        vault.start()
        vault.call("add", demo.dir)
        return outcome(vault)


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
