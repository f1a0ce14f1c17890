"""What the user says of pictures, written to sidecars by the real ingest where the configuration asks for it."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import trio

from support.ingesting import Library, ingesting
from support.packets import ALL, DARKTABLE, DIGIKAM, LIGHTROOM, keywords
from vaultd.catalog import actions, edits, marks, tags, undo
from vaultd.catalog.actions import Action
from vaultd.domain.sidecar import Said
from vaultd.handlers.doctor_written import written
from vaultd.ingest import left_sidecars, writing_back, writing_sidecars
from vaultd.metadata import sidecar


def said(path: Path) -> Said:
    return sidecar.read(os.fsencode(path.name), path.read_bytes())


def do(library: Library, change: Callable[[Action], object]) -> None:
    with library.catalog.write() as tx, actions.recorded(tx, "test", "test", "test", "") as action:
        change(action)


def take_back(library: Library) -> list[str]:
    """Undoes the newest action; returns what was skipped."""
    with library.catalog.write() as tx:
        return [left for info in undo.undo(tx, undo.newest(tx.sql, 1), "test") for left in info.skipped]


def untag(library: Library, image: int, name: str) -> None:
    do(library, lambda action: tags.remove(action, tags.require(action.tx.sql, name), [image]))


async def pictured(
    library: Library, name: str = "a.jpg", packet: bytes = b"", beside: str = "", colour: str = "red"
) -> int:
    library.draw(name, colour)
    if packet:
        (library.folder / (beside or f"{name}.xmp")).write_bytes(packet)
    await library.settled()
    image = library.image(name)
    assert image is not None
    return image


async def noted(library: Library) -> None:
    """Until nothing is being written, and everything that is due is."""
    place = library.ingest.upkeep.writing_sidecars

    def is_quiet() -> bool:
        with library.catalog.read() as sql:
            unfinished = sql.execute("SELECT count(*) FROM written_sidecars WHERE wish IS NULL").fetchone()[0]
            position = sql.execute("SELECT position FROM followers WHERE name = 'sidecars'").fetchone()
        return not unfinished and not place.problems and position == (library.catalog.seq(),)

    await library.until(is_quiet, "everything is noted")


async def test_what_the_user_says_stands_beside_the_picture_and_the_picture_stays(tmp_path: Path) -> None:
    async with ingesting(tmp_path, library_write_sidecars="new") as library:
        image = await pictured(library)
        before = os.stat(library.folder / "a.jpg")
        library.tag(image, "pets/cat")
        do(library, lambda action: marks.rate(action, [image], 3))
        do(library, lambda action: edits.write(action, [image], {"title": "Tom & <co>", "description": "at the beach"}))
        await noted(library)
        assert said(library.folder / "a.jpg.xmp") == Said(
            (("pets", "cat"),), (("title", "Tom & <co>"), ("description", "at the beach")), 3
        )
        after = os.stat(library.folder / "a.jpg")
        assert (after.st_mtime_ns, after.st_ctime_ns, after.st_ino) == (
            before.st_mtime_ns, before.st_ctime_ns, before.st_ino,
        )  # fmt: skip
        assert sorted(path.name for path in library.folder.iterdir()) == ["a.jpg", "a.jpg.xmp"]
        assert os.stat(library.folder / "a.jpg.xmp").st_mode & 0o777 == before.st_mode & 0o666
        seq = library.catalog.seq()
        await library.settled()
        assert (library.tags_of(image), library.catalog.seq()) == (["user:pets/cat"], seq), "our own writing is none"
        do(library, lambda action: tags.rename(action, "pets", "animals"))
        await noted(library)
        assert said(library.folder / "a.jpg.xmp").tags == (("animals", "cat"),)
        for _ in range(4):
            take_back(library)
        await noted(library)
        assert not (library.folder / "a.jpg.xmp").exists(), "nothing is said, and nobody else wrote there"


async def test_what_other_programs_wrote_stays_and_returns(tmp_path: Path) -> None:
    before = DARKTABLE
    async with ingesting(tmp_path, library_write_sidecars="all") as library:
        image = await pictured(library, packet=before)
        theirs = said(library.folder / "a.jpg.xmp")
        library.tag(image, "pets/cat")
        untag(library, image, "places/Germany/Berlin")
        do(library, lambda action: marks.rate(action, [image], 1))
        do(library, lambda action: edits.write(action, [image], {"title": "mine", "description": "mine, too"}))
        await noted(library)
        ours = said(library.folder / "a.jpg.xmp")
        assert (set(ours.tags), ours.rating) == ({("party",), ("pets", "cat")}, 1)
        assert (ours.text("title"), ours.text("description")) == ("mine", "mine, too")
        await library.settled()
        assert library.tags_of(image) == ["sidecar:party", "user:pets/cat"]
        for _ in range(4):
            assert take_back(library) == []
        await noted(library)
        again = said(library.folder / "a.jpg.xmp")
        assert (set(again.tags), dict(again.texts), again.rating) == (
            set(theirs.tags), dict(theirs.texts), theirs.rating,
        )  # fmt: skip
        lost = set(before.splitlines()) - set((library.folder / "a.jpg.xmp").read_bytes().splitlines())
        assert all(line.strip().startswith(b"<rdf:li>") for line in lost), "but for names on the way"
        await library.settled()
        assert library.tags_of(image) == ["sidecar:party", "sidecar:places/Germany/Berlin"]


async def test_only_what_the_vault_made_is_written_unless_all_may_be(tmp_path: Path) -> None:
    async with ingesting(tmp_path, library_write_sidecars="new") as library:
        library.tag(await pictured(library, packet=DIGIKAM), "pets")
        await library.settled()
        await library.until(lambda: library.ingest.upkeep.writing_sidecars.problems == [], "it is no problem")
        assert (library.folder / "a.jpg.xmp").read_bytes() == DIGIKAM
    async with ingesting(tmp_path) as library:
        library.tag(library.image("a.jpg"), "dogs")
        await library.settled()
        assert (library.folder / "a.jpg.xmp").read_bytes() == DIGIKAM
    async with ingesting(tmp_path, library_write_sidecars="all") as library:
        await library.until(lambda: ("dogs",) in said(library.folder / "a.jpg.xmp").tags, "all that was said is there")
        assert ("pets",) in said(library.folder / "a.jpg.xmp").tags


async def test_a_sidecar_named_by_the_stem_is_written_if_it_is_of_this_picture_alone(tmp_path: Path) -> None:
    async with ingesting(tmp_path, library_write_sidecars="all") as library:
        image = await pictured(library, packet=keywords("sea"), beside="a.xmp")
        library.tag(image, "pets")
        await noted(library)
        assert set(said(library.folder / "a.xmp").tags) == {("sea",), ("pets",)}
        assert not (library.folder / "a.jpg.xmp").exists()
        shared = await pictured(library, "b.jpg", LIGHTROOM, "b.xmp", "green")
        library.draw("b.png", "blue")
        await library.settled()
        library.tag(shared, "pets")
        other = library.image("b.png")
        await noted(library)
        assert (library.folder / "b.xmp").read_bytes() == LIGHTROOM
        assert set(said(library.folder / "b.jpg.xmp").tags) == {
            ("pets",), ("party",), ("places", "Germany", "Berlin"),
        }  # fmt: skip
        await library.settled()
        assert library.tags_of(shared) == ["sidecar:party", "user:pets", "sidecar:places/Germany/Berlin"]
        assert library.tags_of(other) == ["sidecar:party", "sidecar:places/Germany/Berlin"]


async def test_another_programs_changes_are_taken_over_and_not_fought(tmp_path: Path) -> None:
    async with ingesting(tmp_path, library_write_sidecars="all") as library:
        image = await pictured(library, packet=keywords("zoo", "park"))
        library.tag(image, "pets")
        untag(library, image, "zoo")
        await noted(library)
        path = library.folder / "a.jpg.xmp"
        assert set(said(path).tags) == {("park",), ("pets",)}
        path.write_bytes(keywords("park", "new"))
        await library.until(
            lambda: library.tags_of(image) == ["sidecar:new", "sidecar:park", "user:pets"], "what it says is known"
        )
        await noted(library)
        assert path.read_bytes() == keywords("park", "new"), "what it took out is not put back"
        path.write_bytes(keywords("park", "zoo"))
        await library.until(lambda: "sidecar:zoo" in library.tags_of(image), "what it gives again is meant")
        library.tag(image, "dogs")
        await noted(library)
        assert set(said(path).tags) == {("zoo",), ("park",), ("pets",), ("dogs",)}


async def test_what_was_interrupted_is_done_again_and_still_known_for_ours(tmp_path: Path) -> None:
    path = tmp_path / "Pictures" / "a.jpg.xmp"
    async with ingesting(tmp_path, library_write_sidecars="all") as library:
        library.tag(await pictured(library, packet=keywords("zoo")), "pets")
        await noted(library)
        with library.catalog.write() as tx:  # as after a crash between noting and writing
            tx.sql.execute("UPDATE written_sidecars SET wish = NULL")
    path.write_bytes(keywords("zoo"))
    path.with_name(".vvault-0123456789abcdef.tmp").write_bytes(b"half")
    async with ingesting(tmp_path, library_write_sidecars="all") as library:
        await library.until(lambda: set(said(path).tags) == {("zoo",), ("pets",)}, "it is written")
        await noted(library)
        await library.settled()
        assert library.tags_of(library.image("a.jpg")) == ["user:pets", "sidecar:zoo"]


async def test_a_damaged_sidecar_is_never_replaced(tmp_path: Path, expect_log: Callable[[str], None]) -> None:
    expect_log("cannot be written to sidecars")
    damaged = DIGIKAM[:-60]
    async with ingesting(tmp_path, library_write_sidecars="all") as library:
        library.tag(await pictured(library, packet=damaged), "pets")
        await library.until(lambda: len(library.ingest.upkeep.writing_sidecars.problems) == 1, "it is told of")
        assert (library.folder / "a.jpg.xmp").read_bytes() == damaged


async def test_a_picture_whose_name_leaves_no_room_for_a_sidecars_is_named_until_it_is_shorter(
    tmp_path: Path, expect_log: Callable[[str], None]
) -> None:
    expect_log("file name too long")
    long = f"{'a' * 249}.jpg"
    async with ingesting(tmp_path, library_write_sidecars="new") as library:
        library.tag(await pictured(library, long), "pets")
        writing = library.ingest.upkeep.writing_sidecars
        await library.until(lambda: len(writing.problems) == 1, "it is told of")
        told = written("sidecars", writing, "beside them", "library.write_sidecars")
        assert (told.state, long in told.message) == ("warn", True)
        assert "file name too long" in told.message
        assert "4 bytes shorter" in told.fix
        (library.folder / long).rename(library.folder / "short.jpg")
        await library.until(lambda: (library.folder / "short.jpg.xmp").exists(), "it is written")
        await library.until(lambda: not writing.problems, "it is no problem any more")


async def test_what_cannot_be_written_is_no_problem_once_it_was_taken_back(
    tmp_path: Path, expect_log: Callable[[str], None]
) -> None:
    expect_log("file name too long")
    async with ingesting(tmp_path, library_write_sidecars="new") as library:
        library.tag(await pictured(library, f"{'a' * 249}.jpg"), "pets")
        writing = library.ingest.upkeep.writing_sidecars
        await library.until(lambda: len(writing.problems) == 1, "it is told of")
        take_back(library)
        await library.until(lambda: not writing.problems, "nothing is to be written")
        assert written("sidecars", writing, "beside them", "library.write_sidecars").state == "ok"


async def test_what_could_not_be_written_is_written_when_there_is_room_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]
) -> None:
    expect_log("no space left on device")
    monkeypatch.setattr(writing_back, "AGAIN_S", 0.1)

    # No full disk can be mounted here; the kernel's answer is its own in every other test.
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    async with ingesting(tmp_path, library_write_sidecars="new") as library:
        image = await pictured(library)
        writing = library.ingest.upkeep.writing_sidecars
        with monkeypatch.context() as patched:
            patched.setattr(writing_sidecars, "_fill", refuse)
            library.tag(image, "pets")
            await library.until(lambda: len(writing.problems) == 1, "it is told of")
            assert "free some space" in written("sidecars", writing, "beside them", "library.write_sidecars").fix
        await library.until(lambda: not writing.problems, "it is no problem any more")
        assert said(library.folder / "a.jpg.xmp").tags == (("pets",),)


async def test_exiftool_and_exiv2_read_what_is_written_and_write_what_is_read(tmp_path: Path) -> None:
    for program in ("exiftool", "exiv2"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    async with ingesting(tmp_path, library_write_sidecars="all") as library:
        packets = {"a": b"", **ALL}
        colours = dict(zip(packets, ("red", "green", "blue", "black"), strict=True))
        images = [await pictured(library, f"{one}.jpg", packets[one], colour=colours[one]) for one in packets]
        for image in images:
            library.tag(image, "pets/cat")
        do(library, lambda action: marks.rate(action, images, 2))
        do(library, lambda action: edits.write(action, images, {"title": "Tom & <co> ü"}))
        await noted(library)
        for one in packets:
            _assert_exiftool_reads(library.folder / f"{one}.jpg.xmp")
            _assert_exiv2_reads(library.folder / f"{one}.jpg.xmp")
        path = library.folder / "a.jpg.xmp"
        run("exiftool", "-overwrite_original", "-XMP-dc:Subject+=sea", "-XMP-lr:HierarchicalSubject+=sea", str(path))
        await library.until(lambda: "sidecar:sea" in library.tags_of(library.image("a.jpg")), "exiftool's is read")
        run("exiv2", "-M", "add Xmp.dc.subject XmpBag hills", str(path))
        await library.until(lambda: "sidecar:hills" in library.tags_of(library.image("a.jpg")), "exiv2's is read")
        assert library.tags_of(library.image("a.jpg")) == ["sidecar:hills", "user:pets/cat", "sidecar:sea"]
        library.tag(library.image("a.jpg"), "dogs")
        await noted(library)
        assert set(said(path).tags) == {("hills",), ("sea",), ("pets", "cat"), ("dogs",)}
        _assert_exiftool_reads(path, "dogs", "dogs")
        _assert_exiv2_reads(path, "dogs", "dogs")


def run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def _assert_exiftool_reads(path: Path, name: str = "cat", whole: str = "pets|cat") -> None:
    found = json.loads(run("exiftool", "-j", "-G1", "-struct", str(path)))[0]
    assert found.get("ExifTool:Warning", "[minor]").startswith("[minor]"), "as of the namespace that digiKam gets wrong"
    assert found["XMP-dc:Title"] == "Tom & <co> ü"
    assert found["XMP-xmp:Rating"] == 2
    assert name in found["XMP-dc:Subject"]
    assert whole in found["XMP-lr:HierarchicalSubject"]


def _assert_exiv2_reads(path: Path, name: str = "cat", whole: str = "pets|cat") -> None:
    lines = [line.split(None, 1) for line in run("exiv2", "-PXkt", str(path)).splitlines()]
    found = {line[0]: line[1] for line in lines if len(line) > 1}
    assert found["Xmp.dc.title"] == 'lang="x-default" Tom & <co> ü'
    assert found["Xmp.xmp.Rating"] == "2"
    assert name in found["Xmp.dc.subject"].split(", ")
    assert whole in found["Xmp.lr.hierarchicalSubject"].split(", ")


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a program that moves a picture and its sidecar one after the other."""
    monkeypatch.setattr(left_sidecars, "REST_S", 0.3)


async def spoken_of(library: Library, name: str, tag: str, colour: str) -> int:
    """A picture with a tag, and a sidecar that says so."""
    image = await pictured(library, name, colour=colour)
    library.tag(image, tag)
    await noted(library)
    assert said(library.folder / f"{name}.xmp").tags == ((tag,),)
    return image


@pytest.mark.usefixtures("soon")
async def test_a_sidecar_of_ours_goes_with_its_picture_and_speaks_of_no_other(tmp_path: Path) -> None:
    async with ingesting(tmp_path, library_write_sidecars="new") as library:
        (library.folder / "archive").mkdir()
        image = await spoken_of(library, "camera/a.jpg", "wedding", "red")
        (library.folder / "camera/a.jpg").rename(library.folder / "archive/a.jpg")
        library.draw("camera/a.jpg", "blue")  # as the camera does with its next card
        new, old = library.folder / "archive/a.jpg.xmp", library.folder / "camera/a.jpg.xmp"
        await library.until(lambda: new.exists() and not old.exists(), "the sidecar is where its picture is")
        await noted(library)
        assert said(new).tags == (("wedding",),)
        assert library.tags_of(image) == ["user:wedding"]
        await library.until(lambda: library.image("camera/a.jpg") is not None, "the other picture is known")
        await library.until(lambda: library.tags_of(library.image("camera/a.jpg")) == [], "nobody said that of it")


@pytest.mark.usefixtures("soon")
async def test_sidecars_of_ours_follow_pictures_that_exchange_their_names(tmp_path: Path) -> None:
    async with ingesting(tmp_path, library_write_sidecars="new") as library:
        red = await spoken_of(library, "a.jpg", "red", "red")
        blue = await spoken_of(library, "b.jpg", "blue", "blue")
        (library.folder / "a.jpg").rename(library.folder / "c.jpg")
        (library.folder / "b.jpg").rename(library.folder / "a.jpg")
        (library.folder / "c.jpg").rename(library.folder / "b.jpg")
        beside = {library.folder / "a.jpg.xmp": "blue", library.folder / "b.jpg.xmp": "red"}
        await library.until(
            lambda: all(path.exists() and said(path).tags == ((tag,),) for path, tag in beside.items()),
            "each says what is said of its picture",
        )
        await noted(library)
        assert sorted(path.name for path in library.folder.iterdir()) == ["a.jpg", "a.jpg.xmp", "b.jpg", "b.jpg.xmp"]
        await library.until(lambda: library.tags_of(red) == ["user:red"], "nobody said anything else of it")
        await library.until(lambda: library.tags_of(blue) == ["user:blue"], "nobody said anything else of it")


@pytest.mark.usefixtures("soon")
async def test_a_sidecar_of_ours_goes_with_a_deleted_picture_and_comes_back_with_it(tmp_path: Path) -> None:
    async with ingesting(tmp_path, library_write_sidecars="new") as library:
        await spoken_of(library, "a.jpg", "wedding", "red")
        content = (library.folder / "a.jpg").read_bytes()
        (library.folder / "a.jpg").unlink()
        await library.until(lambda: not any(library.folder.iterdir()), "nothing lies there")
        (library.folder / "a.jpg").write_bytes(content)
        beside = library.folder / "a.jpg.xmp"
        await library.until(lambda: beside.exists() and said(beside).tags == (("wedding",),), "it is written again")
        await noted(library)


@pytest.mark.usefixtures("soon")
async def test_a_sidecar_in_which_another_program_wrote_stays_where_it_is(tmp_path: Path) -> None:
    async with ingesting(tmp_path, library_write_sidecars="all") as library:
        await spoken_of(library, "a.jpg", "wedding", "red")
        theirs = (library.folder / "a.jpg.xmp").read_bytes().replace(b"wedding", b"Hochzeit")
        (library.folder / "a.jpg.xmp").write_bytes(theirs)
        await noted(library)
        theirs = (library.folder / "a.jpg.xmp").read_bytes()
        (library.folder / "a.jpg").rename(library.folder / "b.jpg")
        await library.until(lambda: (library.folder / "b.jpg.xmp").exists(), "the new name has one")
        await noted(library)
        assert (library.folder / "a.jpg.xmp").read_bytes() == theirs
        assert said(library.folder / "b.jpg.xmp").tags == (("wedding",),)


@pytest.mark.usefixtures("soon")
async def test_a_folder_that_moves_takes_its_sidecars_along_as_they_are(tmp_path: Path) -> None:
    async with ingesting(tmp_path, library_write_sidecars="new") as library:
        await spoken_of(library, "one/a.jpg", "wedding", "red")
        inode = (library.folder / "one/a.jpg.xmp").stat().st_ino
        (library.folder / "one").rename(library.folder / "two")
        await library.until(lambda: library.image("two/a.jpg") is not None, "it is known where it is")
        await trio.sleep(0.5)
        await noted(library)
        assert (library.folder / "two/a.jpg.xmp").stat().st_ino == inode
        assert library.tags_of(library.image("two/a.jpg")) == ["user:wedding"]


@pytest.mark.usefixtures("soon")
async def test_a_catalog_that_cannot_be_written_when_a_sidecar_leaves_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]
) -> None:
    expect_log("what became of a sidecar cannot be noted")
    full: list[int] = []

    def refused(_: object, file: int) -> None:
        full.append(file)
        raise sqlite3.OperationalError("database or disk is full")

    async with ingesting(tmp_path, library_write_sidecars="new") as library:
        await spoken_of(library, "a.jpg", "wedding", "red")
        await spoken_of(library, "b.jpg", "party", "blue")
        with monkeypatch.context() as patched:
            patched.setattr(left_sidecars, "_ask_again", refused)
            (library.folder / "a.jpg").unlink()
            await library.until(lambda: bool(full), "it is tried")
        (library.folder / "b.jpg").unlink()
        await library.until(lambda: not any(library.folder.iterdir()), "the next one goes as ever")
