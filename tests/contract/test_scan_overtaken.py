"""A file changes after a scan listed it and before the scan stores what it saw: what the event told is the newer."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from support.fileattributes import need_attributes
from support.ingesting import Library, ingesting
from vaultd.catalog.files import File
from vaultd.catalog.models import Model
from vaultd.catalog.store import Catalog, Transaction
from vaultd.domain.facts import Facts
from vaultd.ingest import attaching, record
from vaultd.ingest.attaching import Looked
from vaultd.ingest.live import Live
from vaultd.ingest.places import Places
from vaultd.ingest.record import Reading, Vector

TAGS = "user.xdg.tags"


def overtake(
    library: Library, patched: pytest.MonkeyPatch, name: str, change: Callable[[], object], is_noted: Callable[[], bool]
) -> None:
    """Makes the change at the moment at which a scan, not an event, has looked at the file, and waits until it is
    noted."""
    real, path = attaching.look, os.fsencode(library.folder / name)

    class Scan:
        """What `scan` sees in place of the module."""

        keep = staticmethod(attaching.keep)

        @staticmethod
        async def look(catalog: Catalog, places: Places, seen: Iterable[tuple[bytes, Facts]]) -> dict[bytes, Looked]:
            listed = list(seen)
            looked = await real(catalog, places, listed)
            if any(one == path for one, _ in listed):
                change()
                await library.until(is_noted, "the event is noted")
            return looked

    patched.setattr("vaultd.ingest.scan.attaching", Scan)


async def touched(library: Library) -> int:
    """A picture that says `zoo`, of which the next scan has to look at the attributes again."""
    library.draw("a.jpg", "red")
    os.setxattr(library.folder / "a.jpg", TAGS, b"zoo")
    await library.settled()
    image = library.image("a.jpg")
    assert image is not None
    with library.catalog.write() as tx:
        tx.sql.execute("UPDATE files SET ctime_ns = ctime_ns - 1")
    return image


async def test_attributes_changed_while_a_scan_looks_are_not_forgotten_for_those_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    need_attributes(tmp_path)
    async with ingesting(tmp_path) as library:
        image = await touched(library)
        file = library.folder / "a.jpg"
        with monkeypatch.context() as patched:
            overtake(
                library,
                patched,
                "a.jpg",
                lambda: os.setxattr(file, TAGS, b"beach"),
                lambda: library.tags_of(image) == ["xattr:beach"],
            )
            await library.ingest.rescan()
        assert library.tags_of(image) == ["xattr:beach"]
        with library.catalog.read() as sql:
            assert sql.execute("SELECT ctime_ns FROM files").fetchall() == [(os.stat(file).st_ctime_ns,)]


@pytest.mark.parametrize("folder", [False, True], ids=["the file", "its folder"])
async def test_what_moves_while_a_scan_looks_leaves_nothing_under_the_name_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: bool
) -> None:
    async with ingesting(tmp_path) as library:
        library.draw("one/a.jpg", "red")
        await library.settled()
        image = library.image("one/a.jpg")
        with library.catalog.write() as tx:
            tx.sql.execute("UPDATE files SET ctime_ns = ctime_ns - 1")
        old, new = ("one", "two") if folder else ("one/a.jpg", "one/b.jpg")
        with monkeypatch.context() as patched:
            overtake(
                library,
                patched,
                "one/a.jpg",
                lambda: os.rename(library.folder / old, library.folder / new),
                lambda: library.paths(image) == ["two/a.jpg" if folder else "one/b.jpg"],
            )
            await library.ingest.rescan()
        assert library.paths(image) == ["two/a.jpg" if folder else "one/b.jpg"]
        assert library.count("files") == 1


async def test_what_is_deleted_while_a_scan_looks_does_not_come_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with ingesting(tmp_path) as library:
        library.draw("a.jpg", "red")
        await library.settled()
        image = library.image("a.jpg")
        with library.catalog.write() as tx:
            tx.sql.execute("UPDATE files SET ctime_ns = ctime_ns - 1")
        with monkeypatch.context() as patched:
            overtake(
                library,
                patched,
                "a.jpg",
                lambda: os.unlink(library.folder / "a.jpg"),
                lambda: library.paths(image) == [],
            )
            await library.ingest.rescan()
        assert library.paths(image) == []
        assert library.paths(image, "missing") == ["a.jpg"]


async def test_attributes_changed_while_a_file_is_read_are_read_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The event is noted after the worker looked, and before what it found is stored."""
    need_attributes(tmp_path)

    async def noted_already(*_: object) -> None:
        """The one event of this test."""

    monkeypatch.setattr(Live, "_touched", noted_already)
    async with ingesting(tmp_path) as library:
        real, file, calls = record.fresh, library.folder / "a.jpg", []

        def late(tx: Transaction, taken: File, read: Reading, vector: Vector | None, model: Model | None) -> None:
            calls.append(taken)
            if len(calls) == 1:
                os.setxattr(file, TAGS, b"beach")
                tx.sql.execute("UPDATE files SET ctime_ns = ?", (os.stat(file).st_ctime_ns,))
            real(tx, taken, read, vector, model)

        monkeypatch.setattr("vaultd.ingest.feeder.record.fresh", late)
        library.draw("a.jpg", "red")
        await library.settled()
        await library.until(lambda: library.image("a.jpg") is not None, "it is read again")
        assert library.tags_of(library.image("a.jpg")) == ["xattr:beach"]
        assert len(calls) == 2
