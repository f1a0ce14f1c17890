"""A name that a rename brings is of the type that the kernel believes it to be: anything else were an I/O error."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest

from support.mounting import Mount
from support.smalldaemon import MAGIC, SmallDaemon
from support.vault import eventually

BELIEVED_S = 2.5
"""Longer than any kernel believes in what a backend cannot take back."""


@pytest.fixture(params=["links", "files"])
def root(request: pytest.FixtureRequest, mount: Mount, file_mount: Mount) -> Path:
    return {"links": mount, "files": file_mount}[request.param].place


@pytest.mark.parametrize("when", ["at once", "later"])
def test_pictures_that_came_are_moved_on_and_can_be_looked_at_all_the_while(
    root: Path, backend: str, library: SmallDaemon, outside: Path, when: str
) -> None:
    moves = [
        _brought(root, library, outside, f"{backend} {root.name} {brought} {where} {when}.jpg", brought, where)
        for brought in ("copy", "link")
        for where in ("another's name", "another's name in the same place", "a new name", "a search")
    ]
    if when == "later":
        _look([source for source, _ in moves])
    for source, target in moves:
        source.rename(target)
    _look([target for _, target in moves])


def _look(places: list[Path]) -> None:
    """Looks at what stands there, and at the folders, again and again."""
    believed = time.monotonic() + BELIEVED_S
    while time.monotonic() < believed:
        for place in places:
            assert os.lstat(place).st_size > 0
            if place.is_symlink():
                assert os.readlink(place)
            else:
                assert os.getxattr(place, "user.vault.id")
            assert place.read_bytes().endswith(place.stem.removeprefix("of another ").encode())
        for folder in {place.parent for place in places}:
            assert os.listdir(folder)
        time.sleep(0.02)


def _brought(root: Path, library: SmallDaemon, outside: Path, name: str, how: str, where: str) -> tuple[Path, Path]:
    """Bring a picture into one tag as a copy or a link; return where it is, and where to move it."""
    data = MAGIC + Path(name).stem.encode()
    picture, other = library.add(f"types/{name}", data=data), library.add(f"types/of another {name}")
    library.tag("Here", other)
    library.tag("There", other)
    here, there = root / "tags/Here", root / "tags/There"
    eventually(lambda: f"of another {name}" in os.listdir(there), "the other one is there")
    if how == "copy":
        (outside / name).write_bytes(data)
        shutil.copyfile(outside / name, here / name)
    else:
        (here / name).symlink_to(os.fsdecode(picture.path))
    targets = {
        "another's name": there / f"of another {name}",
        "another's name in the same place": here / f"of another {name}",
        "a new name": there / name,
        "a search": root / "search/There" / name,
    }
    return here / name, targets[where]
