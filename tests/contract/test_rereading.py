"""What an older version left out of a library is read in the background, and costs nothing that was there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from support.ingesting import Library, ingesting
from vaultd.catalog import images
from vaultd.ingest import rereading
from vaultd.ingest.process import Worker
from vaultd.worker import thumbnail_files
from vaultd.worker.messages import Answer, Read, Request

LENS = "RF50mm F1.8 STM"


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rereading, "REST_S", 0.05)


def photograph(library: Library, name: str, colour: str = "red") -> None:
    exif = Image.Exif()
    details = exif.get_ifd(34665)
    details[42036], details[34855] = LENS, 400
    Image.new("RGB", (80, 60), colour).save(library.folder / name, exif=exif)


def forget_looks(library: Library) -> None:
    """As the catalog was before it had the tables."""
    with library.catalog.write() as tx:
        for table in ("looks", "colours"):
            tx.sql.execute(f"DELETE FROM {table}")
        tx.sql.execute("UPDATE images SET lens = NULL, iso = NULL, metadata_version = 1")


def rows(library: Library, query: str) -> list[tuple[object, ...]]:
    with library.catalog.read() as sql:
        return sql.execute(query).fetchall()


def outdated(library: Library) -> int:
    with library.catalog.read() as sql:
        return images.count_outdated(sql)


async def test_a_new_picture_is_stored_with_its_lens_its_colours_and_its_hashes(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        photograph(library, "a.jpg")
        await library.settled()
        assert rows(library, "SELECT lens, iso FROM images") == [(LENS, 400)]
        assert rows(library, "SELECT colour, share FROM colours") == [("red", 100)]
        assert rows(library, "SELECT contrast < 1, length(tint) FROM looks") == [(1, 32)]
        info = library.info(library.image("a.jpg"))
        assert (info.lens, info.iso, info.colors) == (LENS, 400, {"red": 100})
        assert (info.mono, info.sharpness, info.brightness) == (False, None, 63)
        assert library.ingest.reread is None


async def test_an_older_library_is_read_again_without_embedding_again(tmp_path: Path) -> None:
    async with ingesting(tmp_path, model=True) as library:
        photograph(library, "a.jpg")
        photograph(library, "b.jpg", "blue")
        await library.settled()
        library.tag(library.image("a.jpg"), "pets")
        forget_looks(library)
    async with ingesting(tmp_path, model=True) as library:
        assert library.ingest.pending == 0, "nobody waits for what can be found already"
        await library.until(lambda: outdated(library) == 0, "both are read again")
        assert rows(library, "SELECT DISTINCT lens, iso FROM images") == [(LENS, 400)]
        assert rows(library, "SELECT colour FROM colours ORDER BY colour") == [("blue",), ("red",)]
        assert library.tags_of(library.image("a.jpg")) == ["user:pets"]
        assert (library.ingest.counters.decoded, library.ingest.counters.embedded) == (0, 0)
        await library.until(lambda: library.ingest.reread is None, "nothing is left to tell")


async def test_it_goes_on_where_it_was_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rereading, "TOGETHER", 1)
    async with ingesting(tmp_path) as library:
        for number in range(6):
            photograph(library, f"{number}.jpg", f"#{number}00000")
        await library.settled()
        forget_looks(library)
    async with ingesting(tmp_path) as library:
        await library.until(lambda: outdated(library) < 6, "the work is under way")
        done, total = library.ingest.reread or (0, 0)
        assert 0 <= done <= total == 6
    async with ingesting(tmp_path) as library:
        left = outdated(library)
        assert left < 6
        newest = rows(library, "SELECT min(image) FROM looks")[0][0]
        assert isinstance(newest, int)
        assert newest > left, "the newest come first"
        await library.until(lambda: outdated(library) == 0, "the rest is read")


async def test_while_reading_is_paused_nothing_is_read_again(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        photograph(library, "a.jpg")
        await library.settled()
        forget_looks(library)
    async with ingesting(tmp_path) as library:
        library.ingest.pause()
        await library.until(lambda: library.ingest.reread == (0, 1), "it is known that there is one")
        assert outdated(library) == 1
        library.ingest.resume()
        await library.until(lambda: outdated(library) == 0, "it is read")


async def test_what_cannot_be_read_again_keeps_what_was_known_and_holds_up_nothing(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        for name in ("a.jpg", "b.jpg", "c.jpg"):
            photograph(library, name, f"#{ord(name[0]) - 90:02x}0000")
        await library.settled()
        library.tag(library.image("b.jpg"), "pets")
        forget_looks(library)
        (library.folder / "b.jpg").chmod(0)
        (library.folder / "c.jpg").unlink()
    async with ingesting(tmp_path) as library:
        await library.until(lambda: library.count("looks") >= 1 and library.ingest.reread is None, "it went through")
        assert library.tags_of(library.image("b.jpg")) == ["user:pets"]
        assert library.failed() == {}


async def test_a_placeholder_that_alone_is_lacking_is_seen_in_the_thumbnail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    async with ingesting(tmp_path, ingest_thumbnails="true") as library:
        photograph(library, "a.jpg", "#ff0000")
        photograph(library, "b.jpg", "#0000ff")
        await library.settled()
        before = rows(library, "SELECT * FROM looks ORDER BY image")
        with library.catalog.write() as tx:
            tx.sql.execute("UPDATE looks SET placeholder = NULL, version = 2")
    without = library.folder / "b.jpg"
    for size in thumbnail_files.SIZES:
        thumbnail_files.place(tmp_path / "cache" / "thumbnails", size, os.fsencode(without)).unlink()
    read: list[bytes] = []
    ask = Worker.ask

    async def asking(worker: Worker, request: Request) -> Answer:
        read.extend([request.path] if isinstance(request, Read) else [])
        return await ask(worker, request)

    monkeypatch.setattr(Worker, "ask", asking)
    async with ingesting(tmp_path, ingest_thumbnails="true") as library:
        await library.until(lambda: outdated(library) == 0, "both have a placeholder")
        assert rows(library, "SELECT * FROM looks ORDER BY image") == before
    assert [path for path in read if path.endswith(b".jpg")] == [os.fsencode(without)]


async def test_an_index_is_told_only_of_pictures_whose_words_are_others_now(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        for number in range(20):
            photograph(library, f"{number}.jpg", f"#{number:02x}0000")
        await library.settled()
        forget_looks(library)
        changed = library.image("7.jpg")
        with library.catalog.write() as tx:
            tx.sql.execute("INSERT INTO texts VALUES (?, 'title', 'exif', 'an older reader saw more')", (changed,))
    async with ingesting(tmp_path) as library:
        before = library.catalog.seq()
        await library.until(lambda: outdated(library) == 0 and library.ingest.reread is None, "all are read again")
        told = rows(library, f"SELECT entity_id FROM changes WHERE seq > {before} AND entity = 'image'")
        assert (changed,) in told
        assert len(told) == 2, "one more stands for all the others"


async def test_a_better_reader_of_metadata_decodes_and_embeds_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with ingesting(tmp_path, model=True) as library:
        photograph(library, "2024-05-17 a.jpg")
        await library.settled()
        with library.catalog.write() as tx:
            tx.sql.execute("UPDATE images SET lens = NULL, taken_at = NULL, metadata_version = 1")
            tx.sql.execute("DELETE FROM details")
    asked: list[str] = []
    ask = Worker.ask

    async def noted(self: Worker, request: Request) -> Answer:
        asked.append(type(request).__name__)
        return await ask(self, request)

    monkeypatch.setattr(Worker, "ask", noted)
    async with ingesting(tmp_path, model=True) as library:
        await library.until(lambda: outdated(library) == 0, "it is read again")
        assert rows(library, "SELECT lens, iso FROM images") == [(LENS, 400)]
        assert rows(library, "SELECT image, source FROM details") == [(1, "exif"), (1, "name")]
        assert rows(library, "SELECT taken_at FROM images") == [(1715904000000,)]
        assert rows(library, "SELECT count(*) FROM looks") == [(1,)]
    assert "Describe" in asked
    assert "Decode" not in asked
