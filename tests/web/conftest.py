"""One vault with part of the demo library, and one web server, for all tests of a module."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.vault import RunningVault
from support.web import Web
from vaultd.demo.library import Written

PICTURES = 24


@pytest.fixture(scope="module")
def demo_vault(demo: Written, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningVault]:
    """A vault that runs and has read some pictures of the demo library."""
    folder = Path(tempfile.mkdtemp(prefix="w", dir=tmp_path_factory.getbasetemp().parent))
    with RunningVault(folder) as vault:
        for picture in some(demo.dir):
            shutil.copy2(picture, vault.pictures / picture.name)
        vault.start()
        vault.call("add", vault.pictures)
        vault.settle()
        yield vault


@pytest.fixture(scope="module")
def web(demo_vault: RunningVault) -> Iterator[Web]:
    """The web server of that vault."""
    with Web(demo_vault) as running:
        yield running


def some(folder: Path) -> list[Path]:
    """Pictures of a folder and below, the same ones at each run, with names that are all different."""
    found = {path.name: path for path in sorted(folder.rglob("*")) if path.suffix in (".jpg", ".png", ".webp")}
    return [found[name] for name in sorted(found)][:PICTURES]
