"""Pictures made smaller for a screen: made once, kept by content, served while the original is away."""

from __future__ import annotations

import base64
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest
import trio
import trio.testing
from PIL import Image
from PIL.PngImagePlugin import PngImageFile, PngInfo

from support.handling import call
from support.ingesting import Library, ingesting
from vaultd.handlers.vault import Vault
from vaultd.ingest import kept_previews
from vaultd.ingest.process import Worker
from vaultd.worker import thumbnail_files
from vaultd.worker.messages import Answer, Render, Request
from vaultd.worker.preview_files import kept
from vaultipc.errors import NotFound, UserError


@asynccontextmanager
async def watching(folder: Path, *, thumbnails: bool = False) -> AsyncIterator[tuple[Library, Vault]]:
    """A library, and the parts of the daemon that previews need."""
    async with ingesting(folder, ingest_thumbnails=str(thumbnails).lower()) as library:
        absent = cast(Any, None)
        config = library.ingest._config
        yield library, Vault(library.catalog, config, absent, library.ingest, absent, absent, absent, folder / "socket")


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[Render]:
    """Everything that workers are asked to render."""
    asked: list[Render] = []
    ask = Worker.ask

    async def asking(worker: Worker, request: Request) -> Answer:
        if isinstance(request, Render):
            asked.append(request)
        return await ask(worker, request)

    monkeypatch.setattr(Worker, "ask", asking)
    return asked


def draw(path: Path, size: tuple[int, int] = (1600, 1200), turned: int = 1) -> None:
    """A picture that is red on its left and blue on its right, as its pixels lie."""
    picture = Image.new("RGB", size, "red")
    picture.paste("blue", (size[0] // 2, 0, *size))
    exif = Image.Exif()
    exif[0x0112] = turned
    picture.save(path, exif=exif, quality=90)


async def test_previews_have_the_size_and_the_format_asked_for_and_are_for_the_user_alone(tmp_path: Path) -> None:
    async with watching(tmp_path) as (library, vault):
        draw(library.folder / "a.jpg")
        await library.settled()
        image = str(library.image("a.jpg"))
        for size in (256, 512, 1024):
            for format_ in ("webp", "avif", "jpeg"):
                told = await call(vault, "preview", image=image, size=size, format=format_)
                with Image.open(told.path) as picture:
                    assert (picture.size, picture.format) == ((size, size * 3 // 4), format_.upper())
                assert oct(os.stat(told.path).st_mode & 0o777) == "0o600"
                assert oct(Path(told.path).parent.stat().st_mode & 0o777) == "0o700"
        told = await call(vault, "preview", image=image, size=1024, format="jpeg")
        assert told.content == library.info(library.image("a.jpg")).hash[:16]
        assert await call(vault, "preview", content=told.content, size=1024, format="jpeg") == told


async def test_a_preview_is_upright_and_never_larger_than_the_picture(tmp_path: Path) -> None:
    async with watching(tmp_path) as (library, vault):
        draw(library.folder / "a.jpg", (300, 200), turned=6)
        await library.settled()
        told = await call(vault, "preview", image=str(library.image("a.jpg")), size=1024)
        with Image.open(told.path) as picture:
            assert picture.size == (200, 300)
            assert (_is(picture, (100, 20)), _is(picture, (100, 280))) == ("red", "blue")
            assert "exif" not in picture.info


async def test_a_hundred_who_ask_at_once_have_it_made_once(tmp_path: Path, rendered: list[Render]) -> None:
    async with watching(tmp_path) as (library, vault):
        draw(library.folder / "a.jpg")
        await library.settled()
        image, got = str(library.image("a.jpg")), set()

        async def ask() -> None:
            got.add((await call(vault, "preview", image=image, size=512)).path)

        async with trio.open_nursery() as nursery:
            for _ in range(100):
                nursery.start_soon(ask)
        assert (len(got), len(rendered)) == (1, 1)


def _is(picture: Image.Image, place: tuple[int, int]) -> str:
    """The strongest of the three channels there."""
    pixel = picture.convert("RGB").getpixel(place)
    assert isinstance(pixel, tuple)
    return ("red", "green", "blue")[pixel.index(max(pixel))]


async def _within(scope: trio.CancelScope, ask: Any) -> None:
    with scope:
        await ask()


async def test_who_began_may_go_away_and_the_others_get_it(tmp_path: Path) -> None:
    async with watching(tmp_path) as (library, vault):
        draw(library.folder / "a.jpg")
        await library.settled()
        image, leaving, got = str(library.image("a.jpg")), trio.CancelScope(), []

        async def ask() -> None:
            got.append((await call(vault, "preview", image=image, size=512)).path)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(_within, leaving, ask)
            await trio.testing.wait_all_tasks_blocked()
            nursery.start_soon(ask)
            await trio.testing.wait_all_tasks_blocked()
            leaving.cancel()
        assert len(got) == 1


async def test_who_looks_waits_for_nothing_that_is_read(tmp_path: Path) -> None:
    async with watching(tmp_path) as (library, vault):
        draw(library.folder / "a.jpg")
        await library.settled()
        async with library.ingest.pool.lease(), library.ingest.pool.lease("asker"):  # all the others there are
            with trio.fail_after(60):
                assert Path((await call(vault, "preview", image=str(library.image("a.jpg")))).path).exists()


async def test_a_moved_picture_keeps_its_preview_and_one_that_is_away_shows_what_was_kept(
    tmp_path: Path, rendered: list[Render]
) -> None:
    async with watching(tmp_path) as (library, vault):
        draw(library.folder / "a.jpg")
        await library.settled()
        image = str(library.image("a.jpg"))
        large = await call(vault, "preview", image=image, size=1024)
        (library.folder / "a.jpg").rename(library.folder / "b.jpg")
        await library.until(lambda: library.image("b.jpg") is not None, "the move is noticed")
        assert await call(vault, "preview", image=image, size=1024) == large
        assert len(rendered) == 1
        (library.folder / "b.jpg").unlink()
        await library.until(lambda: library.image("b.jpg") is None, "the picture is gone")
        assert await call(vault, "preview", image=image, size=1024) == large
        with Image.open((await call(vault, "preview", image=image, size=256)).path) as smaller:
            assert smaller.size == (256, 192)


async def test_a_picture_that_is_away_shows_a_smaller_preview_where_no_larger_one_was_kept(tmp_path: Path) -> None:
    async with watching(tmp_path) as (library, vault):
        draw(library.folder / "a.jpg")
        await library.settled()
        image = str(library.image("a.jpg"))
        small = await call(vault, "preview", image=image, size=256)
        (library.folder / "a.jpg").unlink()
        await library.until(lambda: library.image("a.jpg") is None, "the picture is gone")
        assert await call(vault, "preview", image=image, size=1024) == small
        assert small.size == 256
        with pytest.raises(NotFound, match="not there now"):
            await call(vault, "preview", image=image, size=1024, format="avif")


async def test_without_original_and_preview_the_answer_says_so(tmp_path: Path) -> None:
    async with watching(tmp_path) as (library, vault):
        draw(library.folder / "a.jpg")
        await library.settled()
        image = str(library.image("a.jpg"))
        (library.folder / "a.jpg").unlink()
        await library.until(lambda: library.image("a.jpg") is None, "the picture is gone")
        with pytest.raises(NotFound, match="not there now"):
            await call(vault, "preview", image=image, size=1024)
        with pytest.raises(NotFound):
            await call(vault, "preview", content="0" * 16)
        with pytest.raises(UserError):
            await call(vault, "preview", content="x" * 16)


async def test_a_file_that_holds_something_else_by_now_is_no_preview_of_what_it_was(tmp_path: Path) -> None:
    async with watching(tmp_path) as (library, vault):
        draw(library.folder / "a.jpg", (40, 30))
        draw(library.folder / "b.jpg", (60, 40))
        await library.settled()
        image = library.image("b.jpg")
        with library.catalog.write() as tx:
            tx.sql.execute("UPDATE files SET image = ? WHERE image = ?", (image, library.image("a.jpg")))
        with pytest.raises(NotFound, match="something else"):
            await call(vault, "preview", image=str(image), size=1024)


async def test_the_thumbnail_of_file_managers_saves_decoding_the_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    async with watching(tmp_path, thumbnails=True) as (library, vault):
        await _green_thumbnail(library, "a.jpg")
        told = await call(vault, "preview", image=str(library.image("a.jpg")), size=256)
        with Image.open(told.path) as picture:
            assert _is(picture, (10, 10)) == "green"


async def test_of_a_picture_that_went_away_before_anybody_looked_the_thumbnail_of_file_managers_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    async with watching(tmp_path, thumbnails=True) as (library, vault):
        place = await _green_thumbnail(library, "a.jpg")
        image = str(library.image("a.jpg"))
        await library.ingest._places.stall(1, True)
        for size in (1024, 256):
            told = await call(vault, "preview", image=image, size=size)
            assert told.size == 256
            with Image.open(told.path) as picture:
                assert _is(picture, (10, 10)) == "green"
        place.unlink()
        with pytest.raises(NotFound, match="not there now"):
            await call(vault, "preview", image=image, size=1024, format="avif")


async def _green_thumbnail(library: Library, name: str) -> Path:
    """A new picture whose thumbnail is known by its colour; returns where that is."""
    draw(library.folder / name)
    await library.settled()
    place = thumbnail_files.place(thumbnail_files.home(), "large", os.fsencode(library.folder / name))
    _paint(place, "green")
    return place


def _paint(place: Path, colour: str) -> None:
    """Makes a thumbnail one colour; it says the same of what it is of."""
    marks = PngInfo()
    with Image.open(place) as thumbnail:
        assert isinstance(thumbnail, PngImageFile)
        for keyword, text in thumbnail.text.items():
            marks.add_text(keyword, text)
        size = thumbnail.size
    Image.new("RGB", size, colour).save(place, pnginfo=marks)


async def test_the_least_recently_shown_go_first_and_a_restart_knows_which_these_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watching(tmp_path) as (library, vault):
        for number, name in enumerate(("a.jpg", "b.jpg", "c.jpg")):
            draw(library.folder / name, (400 + number, 300))
        await library.settled()
        ids = [str(library.image(name)) for name in ("a.jpg", "b.jpg", "c.jpg")]
        first, second = [Path((await call(vault, "preview", image=image, size=256)).path) for image in ids[:2]]
        await call(vault, "preview", image=ids[0], size=256)
        keeping = library.ingest.upkeep.previews._kept
        monkeypatch.setattr(keeping, "_most_bytes", first.stat().st_size * 5 // 2)
        third = Path((await call(vault, "preview", image=ids[2], size=256)).path)
        assert [place.exists() for place in (first, second, third)] == [True, False, True]
        os.utime(first, (1, 1))
        stray, draft = first.with_name(".draft.999999999"), first.with_name(f".draft.{os.getpid()}")
        stray.touch()
        draft.touch()
        other = kept_previews.KeptPreviews(library.catalog, keeping.folder, third.stat().st_size)
        async with trio.open_nursery() as nursery:
            await nursery.start(other.serve)
        assert [place.exists() for place in (first, third, stray, draft)] == [False, True, False, True]


async def test_previews_of_pictures_that_are_forgotten_are_deleted_at_the_next_start(tmp_path: Path) -> None:
    async with watching(tmp_path) as (library, vault):
        draw(library.folder / "a.jpg")
        await library.settled()
        place = Path((await call(vault, "preview", image=str(library.image("a.jpg")), size=256)).path)
        folder = library.ingest.upkeep.previews._kept.folder
        strange = folder / "00" / f"{'00' * 32}-256.webp"
        strange.parent.mkdir(exist_ok=True)
        shutil.copy(place, strange)
        other = kept_previews.KeptPreviews(library.catalog, folder, 10**9)
        async with trio.open_nursery() as nursery:
            await nursery.start(other.serve)
        assert [one.named.place(folder) for one in kept(folder)] == [place]


async def test_what_was_looked_at_has_a_placeholder_of_its_upright_colours(tmp_path: Path) -> None:
    async with watching(tmp_path) as (library, vault):
        draw(library.folder / "a.jpg", turned=3)
        await library.settled()
        image = str(library.image("a.jpg"))
        told = (await call(vault, "placeholders", ids=[image, "99"])).placeholders
        assert list(told) == [image]
        pixels = base64.b64decode(told[image])
        assert len(pixels) == 36
        left, right = pixels[:3], pixels[9:12]
        assert (left[2] > 200, right[0] > 200) == (True, True)
