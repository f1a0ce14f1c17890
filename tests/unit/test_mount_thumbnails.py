"""What thumbnails for names in mounts consist of, and how many there may be."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import trio
from PIL import Image, PngImagePlugin

from support.handling import three_pictures
from vaultd.config import load
from vaultd.handlers import mounts
from vaultd.mounted.thumbnails import Key, MountThumbnails, Shown
from vaultd.mounted.written import Written
from vaultd.worker.thumbnail_copies import mtime, relabelled
from vaultipc.messages import MountThumbnailsParams, ShownPicture


def png(**marks: str) -> bytes:
    info = PngImagePlugin.PngInfo()
    for keyword, text in marks.items():
        info.add_text(keyword.replace("__", "::"), text)
    made = io.BytesIO()
    Image.linear_gradient("L").save(made, "PNG", pnginfo=info)
    return made.getvalue()


def test_a_copy_has_other_marks_and_the_same_pixels() -> None:
    before = png(Thumb__URI="file:///a", Thumb__MTime="5", Thumb__Size="77", Software="Another")
    after = relabelled(before, b"/b c/\xff.png", 9)
    assert after is not None
    assert mtime(before) == 5
    assert mtime(after) == 9
    with Image.open(io.BytesIO(before)) as old, Image.open(io.BytesIO(after)) as new:
        assert old.tobytes() == new.tobytes()
        assert new.info == {
            "Thumb::URI": "file:///b%20c/%FF.png",
            "Thumb::MTime": "9",
            "Thumb::Size": "77",
            "Software": "Visionary Vault",
        }


def test_what_is_no_whole_png_is_not_copied() -> None:
    whole = png(Thumb__MTime="5")
    assert [length for length in range(len(whole)) if relabelled(whole[:length], b"/a", 1) is not None] == []
    assert relabelled(b"GIF89a" + whole, b"/a", 1) is None
    assert relabelled(whole + b"what follows is left out", b"/a", 1) == relabelled(whole, b"/a", 1)
    assert mtime(png(Thumb__MTime="soon")) is None
    assert mtime(png()) is None
    assert mtime(b"") is None


@pytest.mark.parametrize("key", ["MOUNT_THUMBNAILS", "THUMBNAILS"])
def test_switched_off_a_mount_is_told_so_and_nothing_is_taken(tmp_path: Path, key: str) -> None:
    with three_pictures(tmp_path) as vault:
        assert vault.thumbnails.wanted
        vault.thumbnails = MountThumbnails(vault.catalog, load(None, {"HOME": "/h", f"VVAULT_INGEST_{key}": "false"}))
        assert not vault.thumbnails.wanted
        entries = [ShownPicture(name="a.jpg", image="1", mtime_ns=1)]
        assert mounts.show(vault, "a mount", MountThumbnailsParams(folder="/v/tags/a", entries=entries)).entries == 0


async def test_a_folder_forgotten_before_its_turn_came_gets_none(tmp_path: Path, nursery: trio.Nursery) -> None:
    copied = list[Key]()

    class Noting(MountThumbnails):
        async def _turn(self) -> None:
            copied.append(next(reversed(self._told)))
            await super()._turn()

    with three_pictures(tmp_path) as vault:
        thumbnails = Noting(vault.catalog, load(None, {"HOME": str(tmp_path)}))
        await nursery.start(thumbnails.serve)
        entry = Shown(b"a.jpg", 1, 1)
        thumbnails.show("mount", b"/v/a", [entry])
        thumbnails.show("mount", b"/v/b", [entry])
        thumbnails.show("mount", b"/v/a", [])
        thumbnails.show("other mount", b"/w/c", [entry])
        thumbnails.forget("other mount")
        with trio.fail_after(30):
            while not copied:
                await trio.sleep(0.01)
        await trio.sleep(0.05)
    assert copied == [("mount", b"/v/b")]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    return Written(tmp_path / "record", tmp_path / "cache", most=100)


def write(written: Written, folder: str, name: str, size: int) -> bool:
    if not written.room(folder, size):
        return False
    written.enter(folder, name, "what", size)
    place = written.cache / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(b"x" * size)
    return True


def left(written: Written) -> set[str]:
    return {place.name for place in written.cache.iterdir()}


def test_the_oldest_folders_give_way_and_no_folder_to_itself(written: Written) -> None:
    for folder in ("old", "new"):
        written.turn_to(folder, [f"{folder}{number}" for number in range(9)])
        assert write(written, folder, f"{folder}0", 30)
        assert write(written, folder, f"{folder}1", 30)
    assert left(written) == {"old0", "new0", "new1"}
    assert [write(written, "new", f"new{number}", 30) for number in (2, 3, 4)] == [True, False, False]
    assert left(written) == {"new0", "new1", "new2"}
    assert written.size == 90


def test_the_folder_shown_last_is_the_newest_though_it_was_written_first(written: Written) -> None:
    for folder in ("first", "second"):
        written.turn_to(folder, [folder])
        assert write(written, folder, folder, 40)
    written.turn_to("first", ["first"])
    written.turn_to("third", ["third"])
    assert write(written, "third", "third", 40)
    assert left(written) == {"first", "third"}


def test_a_folder_turned_to_keeps_what_it_still_shows(written: Written) -> None:
    written.turn_to("folder", ["a", "b"])
    assert write(written, "folder", "a", 10)
    assert write(written, "folder", "b", 10)
    assert written.shows("folder", "a", "what")
    assert not written.shows("folder", "a", "another picture")
    written.turn_to("folder", ["b", "c"])
    assert left(written) == {"b"}
    assert written.size == 10
    (written.cache / "b").unlink()
    assert not written.shows("folder", "b", "what"), "somebody deleted it"


def test_a_folder_shown_before_takes_nothing_from_the_one_shown_now(written: Written) -> None:
    for folder in ("before", "now"):
        written.turn_to(folder, [f"{folder}{number}" for number in range(9)])
    assert write(written, "now", "now0", 60)
    assert write(written, "before", "before0", 30)
    assert not write(written, "before", "before1", 30)
    assert left(written) == {"now0", "before0"}


def test_what_another_process_wrote_and_did_not_delete_is_deleted(written: Written) -> None:
    ours = [f"normal/{letter * 32}.png" for letter in "ab"]
    written.turn_to("folder", ours)
    for name in ours:
        assert write(written, "folder", name, 10)
    other = written.cache / "normal" / f"{'c' * 32}.png"
    other.write_bytes(b"of somebody else")
    with written.file.open("ab") as file:  # a power cut left half of what was written, and whatever lay there
        file.write(b"normal/\nnormal/..\n\0\0\xff\n" + b"normal/" + b"c" * 20)
    Written(written.file, written.cache).clear()
    assert left(written) == {"normal"}
    assert list((written.cache / "normal").iterdir()) == [other]
    assert not written.file.exists()
    Written(written.file, written.cache).clear()
