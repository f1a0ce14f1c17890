"""What listings cost, and what they leave alone."""

from __future__ import annotations

import itertools
import os
import stat
import threading
import time
from pathlib import Path

import msgspec
import pytest

from support.mounting import Mount
from support.smalldaemon import SmallDaemon

_numbers = itertools.count(1)

MOST_MIB = 90
"""For ten folders of ten thousand entries; where paths are as long as here it takes 80."""


@pytest.fixture
def word() -> str:
    return f"large{next(_numbers)}"


def test_a_listing_shows_what_the_catalog_tells_and_looks_at_no_original(
    file_mount: Mount, library: SmallDaemon, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = library.add(f"{word}.jpg", word)
    told = msgspec.structs.replace(library.hit(picture), size=123_456, blocks=248, mtime_ns=1_600_000_000_000_000_123)
    monkeypatch.setattr(library, "hit", lambda picture, rank=1: told)
    os.unlink(picture.path)
    with os.scandir(file_mount.place / "search" / word) as entries:
        (shown,) = [entry.stat(follow_symlinks=False) for entry in entries]
    assert (shown.st_size, shown.st_blocks, shown.st_mtime_ns) == (123_456, 248, 1_600_000_000_000_000_123)
    assert stat.S_ISREG(shown.st_mode)


def test_a_link_is_listed_and_read_though_its_original_is_gone(mount: Mount, library: SmallDaemon, word: str) -> None:
    picture = library.add(f"{word}.jpg", word)
    told = library.hit(picture)
    os.unlink(picture.path)
    folder = mount.place / "search" / word
    (name,) = os.listdir(folder)
    assert os.fsencode(os.readlink(folder / name)) == picture.path
    assert os.lstat(folder / name).st_size == len(os.fsencode(told.path))


def test_a_program_that_asks_without_pause_keeps_nobody_waiting(mount: Mount, library: SmallDaemon, word: str) -> None:
    library.add(f"{word}.jpg", word)
    link = mount.place / "search" / word / f"001 {word}.jpg"
    os.readlink(link)
    done = threading.Event()
    asked = itertools.count()

    def ask() -> None:
        while not done.is_set():
            os.readlink(link)
            next(asked)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        began = time.monotonic()
        for number in range(20):
            os.listdir(mount.place / "search" / f"{word} never{number}")
        took = time.monotonic() - began
    finally:
        done.set()
        asking.join()
    assert next(asked) > 20
    assert took < 10


@pytest.mark.long
@pytest.mark.parametrize("entries", ["symlink", "file"])
def test_ten_listed_folders_of_ten_thousand_entries_take_little_memory(tmp_path: Path, entries: str) -> None:
    pytest.importorskip("pyfuse3", reason="the pyfuse3 backend is not installed")
    words = [f"w{number}" for number in range(10)]
    with SmallDaemon(tmp_path / "v") as library:
        for number in range(10_000):
            library.add(f"{number:05}-a-usual-name.jpg", " ".join(words))
        with Mount(tmp_path / "m", library.socket, "pyfuse3", entries) as mount:
            for word in words:
                assert len(os.listdir(mount.place / "search" / word)) == 10_000
            assert mount.process is not None
            status = Path(f"/proc/{mount.process.pid}/status").read_text(encoding="ascii")
    (resident,) = [int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS:")]
    assert resident < MOST_MIB
