"""Writing sidecars onto a real disk, without anything that reads them: what fails, what is cut short, what is ours."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio

from support.catalog_rows import gesture, image, opened, root
from support.packets import ALL, DIGIKAM, keywords
from vaultd.catalog import edits, marks, sidecars, tags, undo
from vaultd.catalog.sidecars import Sidecar
from vaultd.catalog.store import Catalog
from vaultd.domain.facts import Facts
from vaultd.domain.sidecar import Said, Traces, Wish
from vaultd.ingest.writing_back import WritingBack
from vaultd.ingest.writing_sidecars import Plan, Sidecars
from vaultd.metadata import sidecar

PLACE = "vaultd.ingest.writing_sidecars.os"


class Cut(BaseException):
    """The program ends here."""


class Desk:
    """A catalog of pictures that lie in a folder, and what a person says of them."""

    def __init__(self, catalog: Catalog, folder: Path) -> None:
        self.catalog = catalog
        self.folder = folder
        with catalog.write() as tx:
            root(tx)
            tx.sql.execute("UPDATE volumes SET mount_point = ?", (os.fsencode(folder.parent),))

    def picture(self, name: str = "a.jpg", packet: bytes = b"") -> int:
        """A picture that the catalog knows, and the sidecar beside it."""
        (self.folder / name).write_bytes(name.encode())
        status = os.stat(self.folder / name)
        with self.catalog.write() as tx:
            found = image(tx, name)
            tx.sql.execute(
                "UPDATE files SET inode = ?, mtime_ns = ?, size = ? WHERE image = ?",
                (status.st_ino, status.st_mtime_ns, status.st_size, found),
            )
        if packet:
            (self.folder / f"{name}.xmp").write_bytes(packet)
            self.noticed(f"{name}.xmp")
        return found

    def noticed(self, name: str) -> None:
        """What the watch does about a sidecar that another program wrote."""
        path = self.folder / name
        facts = sidecars.facts_of(Facts.of(os.stat(path)))
        with self.catalog.write() as tx:
            one = Sidecar(b"photos/" + os.fsencode(name), facts, said(path), "")
            sidecars.put(tx, 1, one)
            for found in sidecars.pictures_of(tx.sql, 1, one.path).values():
                sidecars.refresh(tx, found or 0)

    def tag(self, name: str, *images: int) -> None:
        with gesture(self.catalog) as action:
            tags.apply(action, tags.create(action, name), images)

    def untag(self, name: str, *images: int) -> None:
        with gesture(self.catalog) as action:
            tags.remove(action, tags.require(action.tx.sql, name), images)

    def take_back(self, count: int) -> None:
        with self.catalog.write() as tx:
            assert [left for info in undo.undo(tx, undo.newest(tx.sql, count), "test") for left in info.skipped] == []

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[WritingBack[Wish, Traces, Plan]]:
        """While sidecars are written; at the end everything is."""
        place = WritingBack(self.catalog, Sidecars(self.catalog, "all"), enabled=True)
        async with trio.open_nursery() as nursery:
            await nursery.start(place.serve)
            yield place
            with trio.fail_after(60):
                while not self.is_done():
                    await trio.sleep(0.01)
            nursery.cancel_scope.cancel()

    def is_done(self) -> bool:
        """Whether every change was followed: nothing is tried at this moment."""
        with self.catalog.read() as sql:
            position = sql.execute("SELECT position FROM followers WHERE name = 'sidecars'").fetchone()
        return bool(position == (self.catalog.seq(),))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "photos").mkdir()
    return tmp_path / "photos"


def said(path: Path) -> Said:
    return sidecar.read(os.fsencode(path.name), path.read_bytes())


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("program", sorted(ALL))
async def test_what_other_programs_wrote_stays_and_returns(tmp_path: Path, folder: Path, program: str) -> None:
    with opened(tmp_path) as catalog:
        desk = Desk(catalog, folder)
        picture = desk.picture(packet=ALL[program])
        theirs = said(folder / "a.jpg.xmp")
        async with desk.writing():
            desk.tag("pets/cat", picture)
            desk.untag("places/Germany/Berlin", picture)
            with gesture(catalog) as action:
                marks.rate(action, [picture], 1)
            with gesture(catalog) as action:
                edits.write(action, [picture], {"title": "mine", "description": "mine, too"})
        ours = said(folder / "a.jpg.xmp")
        assert (set(ours.tags), ours.rating) == ({("party",), ("pets", "cat")}, 1)
        assert (ours.text("title"), ours.text("description")) == ("mine", "mine, too")
        async with desk.writing():
            desk.take_back(4)
        again = said(folder / "a.jpg.xmp")
        assert (set(again.tags), dict(again.texts), again.rating) == (
            set(theirs.tags), dict(theirs.texts), theirs.rating,
        )  # fmt: skip
        lost = set(ALL[program].splitlines()) - set((folder / "a.jpg.xmp").read_bytes().splitlines())
        assert all(line.strip().startswith(b"<rdf:li>") for line in lost), "but for names on the way"


@pytest.mark.parametrize(("call", "number"), [("open", 30), ("fsync", 28), ("rename", 28)])
async def test_what_cannot_be_written_is_told_of_once_and_stops_nothing(
    tmp_path: Path,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    expect_log: Callable[[str], None],
    call: str,
    number: int,
) -> None:
    """A folder that may not be written, and a full disk. The kernel's other answers are its own."""
    expect_log("cannot be written to sidecars")
    real = getattr(os, call)

    def refuse(path: object, *more: object, **named: object) -> object:
        if call != "open" or (isinstance(path, bytes) and path.endswith(b".tmp")):
            raise OSError(number, os.strerror(number))
        return real(path, *more, **named)

    with opened(tmp_path) as catalog, caplog.at_level(logging.WARNING):
        desk = Desk(catalog, folder)
        one, other = desk.picture(packet=DIGIKAM), desk.picture("b.jpg")
        async with desk.writing() as place:
            with monkeypatch.context() as patched:
                patched.setattr(f"{PLACE}.{call}", refuse)
                desk.tag("pets", one, other)
                with trio.fail_after(60):
                    while len(place.problems) < 2 or not desk.is_done():
                        await trio.sleep(0.01)
            assert names(folder) == ["a.jpg", "a.jpg.xmp", "b.jpg"]
            assert (folder / "a.jpg.xmp").read_bytes() == DIGIKAM
            desk.tag("dogs", one)
            desk.tag("dogs", other)
        assert place.problems == []
        assert sum("cannot be written to sidecars" in record.getMessage() for record in caplog.records) == 1
        assert {("pets",), ("dogs",)} < set(said(folder / "a.jpg.xmp").tags)
        assert set(said(folder / "b.jpg.xmp").tags) == {("pets",), ("dogs",)}


@pytest.mark.parametrize("step", ["a part is filled", "it gets its name", "it has its name"])
@pytest.mark.parametrize("packet", [b"", DIGIKAM], ids=["new", "merged"])
async def test_a_cut_at_any_step_leaves_the_old_one_or_the_new_one_and_is_made_good(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, step: str, packet: bytes
) -> None:
    call = "rename" if step == "it gets its name" else "fsync"
    real, calls = getattr(os, call), []

    def cut(*details: object, **named: object) -> object:
        calls.append(details)
        if len(calls) == (2 if step == "it has its name" else 1):
            raise Cut
        return real(*details, **named)

    def killed(*_: object, **__: object) -> None:
        raise Cut  # whoever is killed tidies nothing up

    with opened(tmp_path) as catalog:
        desk = Desk(catalog, folder)
        picture = desk.picture(packet=packet)
        with monkeypatch.context() as patched, pytest.RaisesGroup(Cut, flatten_subgroups=True):
            async with desk.writing():
                patched.setattr(f"{PLACE}.{call}", cut)
                if step == "it gets its name":
                    patched.setattr(f"{PLACE}.unlink", killed)
                desk.tag("pets", picture)
        path = folder / "a.jpg.xmp"
        is_new = path.exists() and ("pets",) in said(path).tags
        assert is_new == (step == "it has its name")
        assert is_new or (path.read_bytes() if path.exists() else b"") == packet
        async with desk.writing():
            pass
        assert names(folder) == ["a.jpg", "a.jpg.xmp"]
        assert set(said(path).tags) == {("pets",), *(said_of(packet) if packet else ())}
        async with desk.writing():
            desk.take_back(1)
        assert (path.read_bytes() if path.exists() else b"") == packet


def said_of(packet: bytes) -> tuple[tuple[str, ...], ...]:
    return sidecar.read(b"a.xmp", packet).tags


async def test_what_changes_between_planning_and_writing_is_not_overwritten(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs, real = keywords("new", rating=5), os.fsync

    def fsync(file: int) -> None:
        real(file)
        (folder / "a.jpg.xmp").write_bytes(theirs)  # another program, after the packet was read

    with opened(tmp_path) as catalog:
        desk = Desk(catalog, folder)
        picture = desk.picture(packet=keywords("old"))
        with monkeypatch.context() as patched:
            patched.setattr(f"{PLACE}.fsync", fsync)
            async with desk.writing():
                desk.tag("pets", picture)
        assert (folder / "a.jpg.xmp").read_bytes() == theirs
        async with desk.writing():
            desk.noticed("a.jpg.xmp")
        assert set(said(folder / "a.jpg.xmp").tags) == {("new",), ("pets",)}
        assert names(folder) == ["a.jpg", "a.jpg.xmp"]


async def test_a_sidecar_keeps_its_mode_and_a_link_is_none(
    tmp_path: Path, folder: Path, expect_log: Callable[[str], None]
) -> None:
    expect_log("cannot be written to sidecars")
    with opened(tmp_path) as catalog:
        desk = Desk(catalog, folder)
        one, other = desk.picture(packet=keywords("sea")), desk.picture("b.jpg")
        (folder / "a.jpg.xmp").chmod(0o640)
        (tmp_path / "elsewhere").write_bytes(keywords("hills"))
        (folder / "b.jpg.xmp").symlink_to(tmp_path / "elsewhere")
        async with desk.writing():
            desk.tag("pets", one, other)
        assert os.stat(folder / "a.jpg.xmp").st_mode & 0o777 == 0o640
        assert (tmp_path / "elsewhere").read_bytes() == keywords("hills")
        assert (folder / "b.jpg.xmp").is_symlink()


async def test_a_sidecar_that_is_not_known_yet_is_not_hidden_by_a_new_one(tmp_path: Path, folder: Path) -> None:
    with opened(tmp_path) as catalog:
        desk = Desk(catalog, folder)
        picture = desk.picture()
        (folder / "a.xmp").write_bytes(keywords("sea"))
        async with desk.writing():
            desk.tag("pets", picture)
        assert names(folder) == ["a.jpg", "a.xmp"]
        async with desk.writing():
            desk.noticed("a.xmp")
        assert names(folder) == ["a.jpg", "a.xmp"]
        assert set(said(folder / "a.xmp").tags) == {("sea",), ("pets",)}
