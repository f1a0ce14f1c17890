"""Reading through the mount when many read at once, and when originals change or vanish under their readers."""

from __future__ import annotations

import os
import random
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from support.mounting import Mount
from support.smalldaemon import MAGIC, SmallDaemon

pytestmark = [pytest.mark.fuse, pytest.mark.timeout(120)]

PLAIN = {**os.environ, "LC_ALL": "C"}
READERS = 64
PICTURES = 16
BYTES = 100_000
MORE_MEMORY_KIB = 40 * 1024
"""What the mount may take more than before while 64 read: its buffers of requests under way."""


def filled(small: SmallDaemon) -> dict[str, bytes]:
    """Pictures found by `many` and tagged `t`, each with bytes of its own."""
    noise = random.Random(1)
    contents = {f"{number:02}.jpg": MAGIC + noise.randbytes(BYTES + number) for number in range(PICTURES)}
    small.tag("t", *[small.add(name, "many", content) for name, content in contents.items()])
    return contents


def test_sixty_four_readers_at_once_all_read_the_right_bytes(own: Mount, small: SmallDaemon) -> None:
    contents = filled(small)
    own.start()
    os.listdir(own.place / "tags" / "t")
    before = peak_kib(own)
    began, longest = threading.Barrier(READERS), 0.0

    def read_all(reader: int) -> float:
        """The longest that one file took."""
        dice, took = random.Random(reader), 0.0
        began.wait()
        folder = own.place / ("tags/t" if reader % 2 else "search/many")
        names = os.listdir(folder)
        dice.shuffle(names)
        for name in names:
            start = time.monotonic()
            assert (folder / name).read_bytes() == contents[name[-6:]], name
            took = max(took, time.monotonic() - start)
        assert len(names) == PICTURES
        return took

    with ThreadPoolExecutor(READERS) as pool:
        longest = max(pool.map(read_all, range(READERS)))
    assert longest < 5, "somebody starved"
    assert peak_kib(own) - before < MORE_MEMORY_KIB


def peak_kib(mount: Mount) -> int:
    """The most memory that the mount's process ever held."""
    assert mount.process is not None
    status = Path(f"/proc/{mount.process.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


def test_an_original_that_vanished_after_it_was_listed_is_not_there(own: Mount, small: SmallDaemon) -> None:
    picture = small.add("a.jpg", "dog", MAGIC + bytes(50_000))
    small.add("b.jpg", "dog")
    small.tag("t", picture)
    own.start()
    for folder in ("search/dog", "tags/t"):
        os.listdir(own.place / folder)
    entry = own.place / "search" / "dog" / "001 a.jpg"
    with entry.open("rb") as reading:
        assert reading.read(7) == MAGIC
        os.unlink(picture.path)
        assert reading.read() == bytes(50_000), "who has it open reads it to its end"
    for path in (entry, own.place / "tags" / "t" / "a.jpg"):
        with pytest.raises(FileNotFoundError):
            path.open("rb")
    assert (own.place / "search" / "dog" / "002 b.jpg").read_bytes().startswith(MAGIC)


@pytest.mark.expects_log("an original is not as it was listed")
@pytest.mark.parametrize("size", [10, pytest.param(90_000, marks=pytest.mark.long)])
def test_an_original_that_changed_after_it_was_listed_is_read_as_it_is_now(
    own: Mount, small: SmallDaemon, size: int
) -> None:
    picture = small.add("a.jpg", "dog", MAGIC + bytes(50_000))
    small.tag("t", picture)
    own.start()
    listed = [own.place / "search" / "dog" / "001 a.jpg", own.place / "tags" / "t" / "a.jpg"]
    for path in listed:
        assert path.lstat()
        assert path.read_bytes() == MAGIC + bytes(50_000)
    Path(os.fsdecode(picture.path)).write_bytes(b"N" * size)
    for path in listed:
        assert path.read_bytes() == b"N" * size


@pytest.mark.parametrize("instead", [pytest.param("folder", marks=pytest.mark.long), "pipe"])
def test_what_took_the_place_of_an_original_and_is_no_file_is_not_read(
    own: Mount, small: SmallDaemon, instead: str
) -> None:
    picture = small.add("a.jpg", "dog")
    small.tag("t", picture)
    own.start()
    entry = own.place / "tags" / "t" / "a.jpg"
    assert entry.read_bytes()
    os.unlink(picture.path)
    os.mkdir(picture.path) if instead == "folder" else os.mkfifo(picture.path)
    done = subprocess.run(["cat", entry], capture_output=True, text=True, env=PLAIN, timeout=20, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "No such file or directory" in done.stderr
