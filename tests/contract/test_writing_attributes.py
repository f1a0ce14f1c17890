"""What the user says of pictures, written to their files by the real ingest where the configuration asks for it."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from support.fileattributes import need_attributes
from support.ingesting import Library, ingesting
from vaultd.catalog import actions, edits, marks, tags, undo
from vaultd.catalog.actions import Action
from vaultd.domain.paths import absolute

TAGS, COMMENT, RATING = "user.xdg.tags", "user.xdg.comment", "user.baloo.rating"


@pytest.fixture(autouse=True)
def attributes(tmp_path: Path) -> None:
    need_attributes(tmp_path)


def said(file: Path) -> dict[str, str]:
    return {name: os.getxattr(file, name).decode() for name in sorted(os.listxattr(file))}


async def says(library: Library, name: str, wanted: dict[str, str]) -> None:
    await library.until(lambda: said(library.folder / name) == wanted, f"{name} says {wanted}")
    await library.until(lambda: _is_quiet(library), "everything is noted")


def _is_quiet(library: Library) -> bool:
    """Whether nothing is being written, and what was written has been looked at."""
    with library.catalog.read() as sql:
        rows = sql.execute(
            "SELECT volumes.mount_point, files.path, ctime_ns, wish FROM files"
            " JOIN volumes ON volumes.id = files.volume JOIN written_back ON file = files.id"
        ).fetchall()
    return all(
        wish is not None and os.stat(absolute(top, path)).st_ctime_ns == ctime_ns for top, path, ctime_ns, wish in rows
    )


def do(library: Library, change: Callable[[Action], object]) -> None:
    with library.catalog.write() as tx, actions.recorded(tx, "test", "test", "test", "") as action:
        change(action)


def take_back(library: Library) -> list[str]:
    """Undoes the newest action; returns what was skipped."""
    with library.catalog.write() as tx:
        return [left for info in undo.undo(tx, undo.newest(tx.sql, 1), "test") for left in info.skipped]


def untag(library: Library, image: int, name: str) -> None:
    do(library, lambda action: tags.remove(action, tags.require(action.tx.sql, name), [image]))


async def pictured(library: Library, name: str = "a.jpg", **attached: str) -> int:
    library.draw(name, "red")
    for attribute, value in attached.items():
        full = {"tags": TAGS, "comment": COMMENT, "rating": RATING}[attribute]
        os.setxattr(library.folder / name, full, value.encode())
    await library.settled()
    image = library.image(name)
    assert image is not None
    return image


async def test_what_the_user_says_stands_in_the_file_and_its_times_stay(tmp_path: Path) -> None:
    async with ingesting(tmp_path, library_write_xattrs="true") as library:
        image = await pictured(library, tags="zoo")
        before = os.stat(library.folder / "a.jpg")
        library.tag(image, "pets/cat")
        do(library, lambda action: marks.rate(action, [image], 3))
        do(library, lambda action: edits.write(action, [image], {"description": "at the beach"}))
        await says(library, "a.jpg", {RATING: "6", COMMENT: "at the beach", TAGS: "zoo,pets/cat"})
        after = os.stat(library.folder / "a.jpg")
        assert (after.st_mtime_ns, after.st_ino, after.st_atime_ns) == (
            before.st_mtime_ns, before.st_ino, before.st_atime_ns,
        )  # fmt: skip


async def test_our_own_writing_is_no_change(tmp_path: Path) -> None:
    async with ingesting(tmp_path, library_write_xattrs="true") as library:
        image = await pictured(library, tags="zoo")
        library.tag(image, "pets")
        seq = library.catalog.seq()
        await says(library, "a.jpg", {TAGS: "zoo,pets"})
        await library.settled()
        assert library.tags_of(image) == ["user:pets", "xattr:zoo"]
        assert library.catalog.seq() == seq
    async with ingesting(tmp_path, library_write_xattrs="true") as library:
        await library.settled()
        assert library.tags_of(image) == ["user:pets", "xattr:zoo"]
        assert library.catalog.seq() == seq


async def test_undo_takes_it_out_of_the_file_again(tmp_path: Path) -> None:
    async with ingesting(tmp_path, library_write_xattrs="true") as library:
        image = await pictured(library, tags="zoo", comment="theirs", rating="7")
        do(library, lambda action: marks.rate(action, [image], 2))
        await says(library, "a.jpg", {TAGS: "zoo", COMMENT: "theirs", RATING: "4"})
        assert take_back(library) == []
        await says(library, "a.jpg", {TAGS: "zoo", COMMENT: "theirs", RATING: "7"})
        do(library, lambda action: edits.write(action, [image], {"description": "mine"}))
        await says(library, "a.jpg", {TAGS: "zoo", COMMENT: "mine", RATING: "7"})
        assert take_back(library) == []
        await says(library, "a.jpg", {TAGS: "zoo", COMMENT: "theirs", RATING: "7"})


async def test_a_tag_of_another_program_goes_when_it_is_taken_off_and_returns_by_undo(tmp_path: Path) -> None:
    async with ingesting(tmp_path, library_write_xattrs="true") as library:
        image = await pictured(library, tags="zoo,park")
        untag(library, image, "zoo")
        await says(library, "a.jpg", {TAGS: "park"})
        await library.settled()
        assert library.tags_of(image) == ["xattr:park"]
        assert take_back(library) == []
        await says(library, "a.jpg", {TAGS: "park,zoo"})
        await library.settled()
        assert library.tags_of(image) == ["xattr:park", "xattr:zoo"]


async def test_a_tag_that_another_program_gives_again_is_meant(tmp_path: Path) -> None:
    async with ingesting(tmp_path, library_write_xattrs="true") as library:
        image = await pictured(library, tags="zoo")
        untag(library, image, "zoo")
        await says(library, "a.jpg", {})
        os.setxattr(library.folder / "a.jpg", TAGS, b"zoo")
        await library.until(lambda: library.tags_of(image) == ["xattr:zoo"], "the tag is back")
        await says(library, "a.jpg", {TAGS: "zoo"})


async def test_what_another_program_takes_out_is_not_fought_over(tmp_path: Path) -> None:
    async with ingesting(tmp_path, library_write_xattrs="true") as library:
        image = await pictured(library)
        library.tag(image, "pets")
        await says(library, "a.jpg", {TAGS: "pets"})
        os.removexattr(library.folder / "a.jpg", TAGS)
        await library.settled()
        assert said(library.folder / "a.jpg") == {}
        assert library.tags_of(image) == ["user:pets"]
        library.tag(image, "dogs")
        await says(library, "a.jpg", {TAGS: "dogs,pets"})


async def test_every_copy_is_written_also_one_that_comes_later(tmp_path: Path) -> None:
    async with ingesting(tmp_path, library_write_xattrs="true") as library:
        image = await pictured(library)
        (library.folder / "b.jpg").write_bytes((library.folder / "a.jpg").read_bytes())
        await library.settled()
        library.tag(image, "pets")
        await says(library, "a.jpg", {TAGS: "pets"})
        await says(library, "b.jpg", {TAGS: "pets"})
        (library.folder / "c.jpg").write_bytes((library.folder / "a.jpg").read_bytes())
        await says(library, "c.jpg", {TAGS: "pets"})
        assert library.tags_of(image) == ["user:pets"]


async def test_a_renamed_tag_is_renamed_in_the_files(tmp_path: Path) -> None:
    async with ingesting(tmp_path, library_write_xattrs="true") as library:
        image = await pictured(library)
        library.tag(image, "pets/cat")
        await says(library, "a.jpg", {TAGS: "pets/cat"})
        do(library, lambda action: tags.rename(action, "pets", "animals"))
        await says(library, "a.jpg", {TAGS: "animals/cat"})


async def test_a_picture_edited_in_place_says_it_again(tmp_path: Path) -> None:
    async with ingesting(tmp_path, library_write_xattrs="true") as library:
        library.tag(await pictured(library), "pets")
        await says(library, "a.jpg", {TAGS: "pets"})
        library.draw("new", "blue")
        os.replace(library.folder / "new", library.folder / "a.jpg")
        await says(library, "a.jpg", {TAGS: "pets"})
        assert library.tags_of(library.image("a.jpg")) == ["user:pets"]


async def test_a_file_that_became_another_picture_says_nothing_of_the_first(tmp_path: Path) -> None:
    async with ingesting(tmp_path, library_write_xattrs="true") as library:
        image = await pictured(library, tags="zoo")
        blue = library.draw("blue.jpg", "blue")
        await library.settled()
        library.tag(image, "pets")
        untag(library, image, "zoo")
        await says(library, "a.jpg", {TAGS: "pets"})
        (library.folder / "a.jpg").unlink()
        (library.folder / "a.jpg").write_bytes(blue)
        os.setxattr(library.folder / "a.jpg", TAGS, b"pets,sea")
        await library.settled()
        await library.until(
            lambda: library.tags_of(library.image("blue.jpg")) == ["xattr:pets", "xattr:sea"], "its own tags are known"
        )
        assert said(library.folder / "a.jpg") == {TAGS: "pets,sea"}


async def test_what_was_said_before_is_written_when_it_is_switched_on(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        library.tag(await pictured(library), "pets")
        await library.settled()
        assert said(library.folder / "a.jpg") == {}
    async with ingesting(tmp_path, library_write_xattrs="true") as library:
        await says(library, "a.jpg", {TAGS: "pets"})
    async with ingesting(tmp_path) as library:
        await library.settled()
        image = library.image("a.jpg")
        assert image is not None
        assert library.tags_of(image) == ["user:pets"]
        untag(library, image, "pets")
        await library.settled()
        assert said(library.folder / "a.jpg") == {TAGS: "pets"}


async def test_what_was_interrupted_is_done_again_and_still_known_for_ours(tmp_path: Path) -> None:
    async with ingesting(tmp_path, library_write_xattrs="true") as library:
        library.tag(await pictured(library, tags="zoo"), "pets")
        await says(library, "a.jpg", {TAGS: "zoo,pets"})
        with library.catalog.write() as tx:  # as after a crash between noting and writing
            tx.sql.execute("UPDATE written_back SET wish = NULL")
    os.setxattr(tmp_path / "Pictures" / "a.jpg", TAGS, b"zoo")
    async with ingesting(tmp_path, library_write_xattrs="true") as library:
        await says(library, "a.jpg", {TAGS: "zoo,pets"})
        assert library.tags_of(library.image("a.jpg")) == ["user:pets", "xattr:zoo"]


async def test_a_volume_that_cannot_hold_it_is_told_of_once_and_stops_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    expect_log: Callable[[str], None],
) -> None:
    expect_log("its file system has no extended attributes")

    # No file system without attributes can be mounted here; the kernel's answer is its own in every other test.
    def refuse(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    async with ingesting(tmp_path, library_write_xattrs="true") as library:
        images = [await pictured(library), await pictured(library, "b.png")]
        with monkeypatch.context() as patched, caplog.at_level(logging.WARNING):
            patched.setattr(os, "setxattr", refuse)
            for image in images:
                library.tag(image, "pets")
            problems = library.ingest.upkeep.writing_back
            await library.until(lambda: len(problems.problems) == 2, "both are known to fail")
            await library.settled()
        told = [record.getMessage() for record in caplog.records]
        assert len(told) == 1
        assert "its file system has no extended attributes" in told[0]
        assert library.tags_of(images[0]) == ["user:pets"]
        library.tag(images[0], "dogs")
        await says(library, "a.jpg", {TAGS: "dogs,pets"})
        assert len(problems.problems) == 1
