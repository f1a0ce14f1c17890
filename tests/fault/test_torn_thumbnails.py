"""The cache of thumbnails, torn file by file: no damaged one is used, all are made again, and no picture is touched."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.ingesting import draw
from support.tinypack import write_pack
from support.vault import RunningVault, eventually
from vaultd.worker import thumbnail_files
from vaultd.worker.thumbnail_copies import mtime, relabelled
from vaultipc.blocking import Client

pytestmark = pytest.mark.timeout(120)

NAMES = ("one", "two", "three")


@pytest.fixture(scope="module")
def vault() -> Iterator[RunningVault]:
    with RunningVault(Path(tempfile.mkdtemp(prefix="t"))) as running:
        write_pack(running.data / "models" / "tiny", "tiny")
        running.environ |= {"VVAULT_MODEL_NAME": "tiny", "VVAULT_INGEST_WORKERS": "1"}
        for number, name in enumerate(NAMES):
            draw(running.pictures / f"{name}.png", f"rgb({80 * number}, 90, 200)")
        running.start()
        running.call("add", running.pictures)
        running.settle()
        yield running


def thumbnails(vault: RunningVault) -> list[Path]:
    """Where the thumbnails of all pictures belong."""
    cache = vault.home / ".cache/thumbnails"
    files = [os.fsencode(vault.pictures / f"{name}.png") for name in NAMES]
    return [thumbnail_files.place(cache, size, file) for file in files for size in thumbnail_files.SIZES]


def are_whole(vault: RunningVault) -> bool:
    return all(place.exists() and mtime(place.read_bytes()) is not None for place in thumbnails(vault))


def rescan(vault: RunningVault) -> None:
    """Looks through everything again; returns when all thumbnails are whole."""
    with Client(vault.socket, timeout=30) as client:
        client.call("rescan")
        eventually(lambda: are_whole(vault), "all are whole again")
        assert client.call("status").counters.embedded == len(NAMES), "no picture was read for more than that"


def first_bit(place: Path) -> None:
    flipped(place, 0)


def middle_bit(place: Path) -> None:
    flipped(place, place.stat().st_size // 2)


def last_bit(place: Path) -> None:
    flipped(place, place.stat().st_size - 1)


def flipped(place: Path, at: int) -> None:
    content = bytearray(place.read_bytes())
    content[at] ^= 1
    place.write_bytes(content)


def halved(place: Path) -> None:
    place.write_bytes(place.read_bytes()[: place.stat().st_size // 2])


def emptied(place: Path) -> None:
    """As a power cut may leave it."""
    place.write_bytes(b"")


@pytest.mark.parametrize("tear", [first_bit, middle_bit, last_bit, halved, emptied, Path.unlink])
def test_every_torn_thumbnail_is_made_again_by_a_rescan(vault: RunningVault, tear: Callable[[Path], None]) -> None:
    before = {place: place.read_bytes() for place in thumbnails(vault)}
    pictures = {path: (path.stat(), path.read_bytes()) for path in vault.pictures.iterdir()}
    for place in before:
        tear(place)
    assert not are_whole(vault)
    rescan(vault)
    assert {place: place.read_bytes() for place in before} == before
    assert {path: (path.stat(), path.read_bytes()) for path in vault.pictures.iterdir()} == pictures


def test_damage_is_named_by_the_deep_check_and_what_is_gone_is_none(vault: RunningVault) -> None:
    torn, gone = thumbnails(vault)[0], thumbnails(vault)[-1]
    middle_bit(torn)
    gone.unlink()
    with Client(vault.socket, timeout=30) as client:
        told = {check.name: check for check in client.call("doctor", {"deep": True}).checks}["whole thumbnails"]
    assert told.state == "warn"
    assert torn.name in told.message
    assert gone.name not in told.message
    rescan(vault)


def test_no_damaged_thumbnail_is_copied_for_a_name_in_the_mount(vault: RunningVault) -> None:
    png = thumbnails(vault)[0].read_bytes()
    assert relabelled(png, b"/there", 1) is not None
    for at in range(0, len(png), 7):
        torn = bytearray(png)
        torn[at] ^= 16
        assert relabelled(bytes(torn), b"/there", 1) is None
        assert relabelled(png[:at], b"/there", 1) is None
