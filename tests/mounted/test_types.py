"""A name that a rename brings is of the type that the kernel believes it to be: anything else were an I/O error."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest

from support.mounting import Mount
from support.smalldaemon import SmallDaemon
from support.vault import eventually

BELIEVED_S = 2.5
"""Longer than any kernel believes in what a backend cannot take back."""


@pytest.fixture(params=["links", "files"])
def root(request: pytest.FixtureRequest, mount: Mount, file_mount: Mount) -> Path:
    return {"links": mount, "files": file_mount}[request.param].place


def test_pictures_that_just_came_are_moved_on_and_can_be_looked_at_all_the_while(
    root: Path, backend: str, library: SmallDaemon, outside: Path
) -> None:
    moved = [
        _brought_and_moved(root, library, outside, f"{backend} {root.name} {brought} {where}.jpg", brought, where)
        for brought in ("copy", "link")
        for where in ("another's name", "a new name", "a search")
    ]
    believed = time.monotonic() + BELIEVED_S
    while time.monotonic() < believed:
        for place, data in moved:
            assert os.lstat(place).st_size > 0
            assert place.read_bytes() == data
        time.sleep(0.02)


def _brought_and_moved(
    root: Path, library: SmallDaemon, outside: Path, name: str, brought: str, where: str
) -> tuple[Path, bytes]:
    """Bring a picture into one tag as a copy or a link, and move it on at once; return where it is, and its bytes."""
    picture, other = library.add(f"types/{name}"), library.add(f"types/of another {name}")
    library.tag("Here", other)
    library.tag("There", other)
    original, there = Path(os.fsdecode(picture.path)), root / "tags/There"
    eventually(lambda: f"of another {name}" in os.listdir(there), "the other one is there")
    source = root / "tags/Here" / name
    target = root / "search/There" / name if where == "a search" else there / name
    if where == "another's name":
        target = there / f"of another {name}"
    if brought == "copy":
        copied = shutil.copyfile(original, outside / name)
        shutil.copyfile(copied, source)
    else:
        source.symlink_to(original)
    return source.rename(target), original.read_bytes()
