"""File managers find thumbnails of the names that a mount shows: `gio` says what they would."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.everywhere import Places, everywhere
from support.vault import eventually
from vaultd.worker import thumbnail_files

pytestmark = pytest.mark.skipif(shutil.which("gio") is None, reason="gio is not installed")


@pytest.fixture(scope="module")
def places() -> Iterator[Places]:
    for module in ("pyfuse3", "mfusepy"):
        pytest.importorskip(module, reason=f"{module} is not installed")
    with everywhere(Path(tempfile.mkdtemp(prefix=""))) as mounted:
        for name in ("red (1) café", "blue"):
            mounted.draw(name)
        yield mounted


def shown(places: Places, path: Path) -> Path | None:
    """Where a valid thumbnail lies, as a file manager is told."""
    command = ["gio", "info", "-a", "thumbnail::*", str(path)]
    told = subprocess.run(command, env=places.vault.environ, capture_output=True, text=True, check=True).stdout
    lines = dict(line.strip().split(": ", 1) for line in told.splitlines() if "thumbnail::" in line)
    return Path(lines["thumbnail::path"]) if lines.get("thumbnail::is-valid") == "TRUE" else None


def test_every_name_in_an_opened_folder_has_a_valid_one(places: Places) -> None:
    images = [str(path) for path in places.vault.pictures.iterdir()]
    places.say("tag", tag="shown", images=images)
    places.say("album.add", name="shown", images=images)
    places.say("fav", images=images)
    for folder in ("search/width:300", "tags/shown", "albums/shown", "favorites"):
        places.look(folder)
        entries = [mount.place / folder / name for mount in places.mounts for name in os.listdir(mount.place / folder)]
        assert len(entries) == 2 * len(places.mounts)
        for entry in entries:
            eventually(lambda entry=entry: shown(places, entry), f"a thumbnail of {entry}", 10)  # type: ignore[misc]


def test_what_leaves_a_folder_takes_its_thumbnail_along(places: Places) -> None:
    picture = places.draw("leaving")
    places.say("tag", tag="left", images=[str(picture)])
    places.look("tags/left")
    cache = places.vault.home / ".cache/thumbnails"
    names = [
        thumbnail_files.place(cache, size, os.fsencode(mount.place / "tags/left/leaving.png"))
        for mount in places.mounts
        for size in thumbnail_files.SIZES
    ]
    eventually(lambda: all(name.exists() for name in names), "thumbnails are there", 10)
    places.say("untag", tag="left", images=[str(picture)])
    eventually(lambda: not any(name.exists() for name in names), "they are gone", 10)


def test_a_renamed_tag_takes_its_thumbnails_along(places: Places) -> None:
    picture = places.draw("moving")
    places.say("tag", tag="old", images=[str(picture)])
    places.look("tags/old")
    place = places.mounts[0].place
    eventually(lambda: shown(places, place / "tags/old/moving.png"), "a thumbnail under the old name", 10)
    places.say("tags.rename", name="old", to="new")
    places.has("tags/new/moving.png")
    eventually(lambda: shown(places, place / "tags/new/moving.png"), "a thumbnail under the new name", 10)


def test_a_program_that_walks_through_everything_leaves_those_of_few_folders(places: Places) -> None:
    for number in range(12):
        places.say("album.add", name=f"walked{number:02}", images=[str(places.vault.pictures / "blue.png")])
    place = places.mounts[0].place
    for number in range(12):
        os.listdir(place / f"albums/walked{number:02}")
    eventually(lambda: shown(places, place / "albums/walked11/blue.png"), "those of the last one", 10)
    time.sleep(0.3)
    assert [number for number in range(12) if shown(places, place / f"albums/walked{number:02}/blue.png")] == [
        8,
        9,
        10,
        11,
    ]
