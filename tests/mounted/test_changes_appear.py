"""What changes elsewhere is seen in every mount soon, though its kernel may keep names and attributes for minutes.

One daemon, four mounts: both backends, entries as links and as files. Before each change a program has listed the
folder and asked for every entry's attributes, so that the kernel has something to keep.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PIL import Image

from support.everywhere import Places, everywhere
from vaultfs.tree.live import FROZEN

NEW_TIME = 1_600_000_000_123_456_789


@pytest.fixture(scope="module")
def places() -> Iterator[Places]:
    for module in ("pyfuse3", "mfusepy"):
        pytest.importorskip(module, reason=f"{module} is not installed")
    with everywhere(Path(tempfile.mkdtemp(prefix=""))) as mounted:
        yield mounted


@pytest.fixture
def picture(places: Places, request: pytest.FixtureRequest) -> Path:
    """A picture that no other test knows."""
    return places.draw(request.node.name.removeprefix("test_"))


def test_a_tag_given_on_the_command_line_shows_and_goes_when_it_is_taken(places: Places, picture: Path) -> None:
    places.say("tags.create", tag="given")
    places.lists("tags/given")
    places.vault.call("tag", "given", picture)
    places.has(f"tags/given/{picture.name}")
    places.lists("tags/given", picture.name)
    places.look("tags/given")
    places.vault.call("untag", "given", picture)
    places.lacks(f"tags/given/{picture.name}")
    places.lists("tags/given")


def test_a_renamed_tag_is_found_under_its_new_name_alone(places: Places, picture: Path) -> None:
    places.say("tag", tag="before", images=[str(picture)])
    places.look("tags")
    places.look("tags/before")
    places.say("tags.rename", name="before", to="after")
    places.lacks("tags/before")
    places.has(f"tags/after/{picture.name}")


def test_albums_and_favourites_follow_what_is_done_elsewhere(places: Places, picture: Path) -> None:
    places.say("album.create", name="trip")
    places.look("albums/trip")
    places.look("favorites")
    places.say("album.add", name="trip", images=[str(picture)])
    places.has(f"albums/trip/{picture.name}")
    places.say("fav", images=[str(picture)])
    places.has(f"favorites/{picture.name}")
    places.look("albums/trip")
    places.look("favorites")
    places.say("album.remove", name="trip", images=[str(picture)])
    places.lacks(f"albums/trip/{picture.name}")
    places.say("fav", images=[str(picture)], remove=True)
    places.lacks(f"favorites/{picture.name}")
    places.say("album.rename", name="trip", to="journey")
    places.lacks("albums/trip")
    places.has("albums/journey")


def test_a_search_saved_elsewhere_is_a_folder_under_the_name_it_has(places: Places) -> None:
    places.look("saved")
    places.say("save", name="small", query="width:<100")
    places.has("saved/small")
    places.look("saved")
    places.say("saved.rename", name="small", to="tiny")
    places.lacks("saved/small")
    places.has("saved/tiny")


def test_a_deleted_picture_leaves_every_folder(places: Places, picture: Path) -> None:
    query = f"search/name:{picture.stem}"
    places.say("tag", tag="deleted", images=[str(picture)])
    for folder in ("tags/deleted", query, "recent"):
        places.look(folder)
    picture.unlink()
    places.vault.settle()
    places.lacks(f"tags/deleted/{picture.name}")
    places.lists("tags/deleted")
    places.lists(query)
    for mount in places.mounts:  # a name that was handed out may still be known, but there is nothing to read
        with pytest.raises(FileNotFoundError):
            (mount.place / query / f"001 {picture.name}").read_bytes()
    places.see(lambda place: picture.name not in os.listdir(place / "recent"), "it is not among the recent ones")


@pytest.mark.expects_log("an original is not as it was listed")
@pytest.mark.parametrize("listed", [True, False], ids=["listed again", "by name"])
def test_a_picture_whose_time_changes_shows_the_new_one(places: Places, listed: bool) -> None:
    picture = places.draw(f"touched{listed}")
    seen = told_of(places, picture)
    os.utime(picture, ns=(NEW_TIME, NEW_TIME))
    places.vault.settle()
    time.sleep(FROZEN)  # a folder of results shows the same for so long, however quickly all this went
    for path in seen:
        if listed:
            places.look(os.path.dirname(path))
        elif path.startswith("search/"):
            places.read(path)
        places.see(partial(has_time, path), f"time of {path}")


@pytest.mark.expects_log("an original is not as it was listed")
@pytest.mark.parametrize("listed", [True, False], ids=["listed again", "by name"])
def test_a_picture_that_is_edited_in_place_has_its_new_size_and_bytes(places: Places, listed: bool) -> None:
    picture = places.draw(f"edited{listed}")
    seen = told_of(places, picture)
    Image.effect_noise((300, 200), 90).save(picture)
    places.vault.settle()
    time.sleep(FROZEN)
    expected = picture.read_bytes()
    for path in seen:
        if listed:
            places.look(os.path.dirname(path))
        elif path.startswith("search/"):
            places.read(path)
        places.see(partial(has_size, path, len(expected)), f"size of {path}")
        places.see(partial(has_bytes, path, expected), f"bytes of {path}")


def has_time(path: str, place: Path) -> bool:
    return os.stat(place / path).st_mtime_ns == NEW_TIME


def has_size(path: str, size: int, place: Path) -> bool:
    return os.stat(place / path).st_size == size


def has_bytes(path: str, data: bytes, place: Path) -> bool:
    return (place / path).read_bytes() == data


def told_of(places: Places, picture: Path) -> list[str]:
    """Names of a picture in the mount that the kernel keeps."""
    places.say("tag", tag=f"t-{picture.stem}", images=[str(picture)])
    places.say("album.add", name=f"a-{picture.stem}", images=[str(picture)])
    folders = {
        f"tags/t-{picture.stem}": picture.name,
        f"albums/a-{picture.stem}": picture.name,
        f"search/name:{picture.stem}": f"001 {picture.name}",
    }
    for folder in folders:
        places.look(folder)
        places.read(f"{folder}/{folders[folder]}")
    return [f"{folder}/{name}" for folder, name in folders.items()]


def test_a_new_hit_is_in_the_next_listing(places: Places) -> None:
    query = "search/name:newhit*"
    places.lists(query)
    places.draw("newhit1")
    places.lists(query, "001 newhit1.png")
    places.draw("newhit2")
    places.see(lambda place: len(os.listdir(place / query)) == 2, "two hits")


def test_a_folder_of_results_that_is_listed_twice_in_a_second_is_the_same_twice(places: Places) -> None:
    places.draw("twice1")
    places.draw("twice2")
    folders = [mount.place / "search/name:twice* -tag:twice" for mount in places.mounts]
    began = time.monotonic()
    before = [os.listdir(folder) for folder in folders]
    places.say("tag", tag="twice", images=[str(places.vault.pictures / "twice1.png")])
    again = [sorted(os.listdir(folder)) for folder in folders]
    facts = [[os.stat(folder / name).st_size for name in names] for folder, names in zip(folders, again, strict=True)]
    if time.monotonic() < began + 1:
        assert again == [sorted(names) for names in before]
        assert all(len(sizes) == 2 for sizes in facts)
    places.see(lambda place: len(os.listdir(place / "search/name:twice* -tag:twice")) == 1, "one hit is left")
