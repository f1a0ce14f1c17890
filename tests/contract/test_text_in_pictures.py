"""Text in pictures is read behind everything else, by real workers, and found like any other text."""

from __future__ import annotations

import importlib.util
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import pytest
import trio
from PIL import Image, ImageDraw

from support import no_internet
from support.ingesting import Library, ingesting
from support.written import FONTS, font, screen, sign
from vaultd.catalog import edits
from vaultd.catalog.actions import recorded
from vaultd.ingest import tellers, telling, telling_round
from vaultd.ingest.process import Worker
from vaultd.worker.messages import Answer, Request, Tell

if importlib.util.find_spec("rapidocr") is None:
    pytest.skip("rapidocr is not installed (pip install 'visionary-vault[ocr]')", allow_module_level=True)

PATIENCE_S = 900
"""Each worker loads a library, and gives way to everything else on the machine."""
pytestmark = pytest.mark.timeout(1000)  # its library takes seconds to load, in a worker that gives way to everything


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tellers, "NICENESS", 0)
    monkeypatch.setattr(telling, "REST_S", 0.05)
    monkeypatch.setattr(telling_round, "KEEP_EVERY_S", 0.2)


@pytest.fixture(scope="module")
def cut_off() -> Iterator[ThreadPoolExecutor]:
    """A thread of which the kernel kills whatever process it starts that opens an internet socket."""
    with ThreadPoolExecutor(1, initializer=no_internet.forbid) as thread:
        yield thread


def write(path: Path, *lines: str, name: str = "", size: int = 40) -> None:
    """A white picture with these lines in it."""
    picture = Image.new("RGB", (720, 60 + 70 * len(lines)), "white")
    for number, text in enumerate(lines):
        ImageDraw.Draw(picture).text((40, 30 + 70 * number), text, "black", font(size, name))
    picture.save(path)


def text_of(library: Library, name: str) -> list[tuple[str, str]]:
    info = library.info(library.image(name))
    return [(text.source, text.text) for text in info.texts if text.kind == "ocr"]


def outcomes(library: Library) -> list[str]:
    with library.catalog.read() as sql:
        return [outcome for (outcome,) in sql.execute("SELECT outcome FROM told_by ORDER BY outcome")]


def seen(library: Library) -> int:
    with library.catalog.read() as sql:
        return int(sql.execute("SELECT count(*) FROM told_by").fetchone()[0])


async def read_all(library: Library, count: int) -> None:
    with trio.fail_after(PATIENCE_S):
        while seen(library) < count:
            await trio.sleep(0.05)


async def test_text_is_read_in_fonts_sizes_and_languages_and_nothing_in_a_picture_without(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        everything = {
            "plain.png": (["Invoice 4711", "Total 39.90 EUR"], "", 40),
            "small.png": (["The harbour is closed"], "serif", 16),
            "large.jpg": (["WELCOME"], "bold", 52),
            "german.png": (["Größe über alles"], "italic", 40),
            "french.png": (["Café fermé à midi"], "serif", 40),
            "chinese.png": (["图书馆今天开放"], "chinese", 48),
        }
        written = {
            name: one for name, one in everything.items() if not one[1] or Path(FONTS[one[1]]).is_file()
        }  # without its font there is nothing to read
        for name, (lines, letters, size) in written.items():
            write(library.folder / name, *lines, name=letters, size=size)
        library.draw("red.jpg", "red")
        await library.settled()
        await read_all(library, len(written) + 1)
        for name, (lines, _, _) in written.items():
            assert text_of(library, name) == [("ocr:rapidocr", "\n".join(lines))], name
        assert text_of(library, "red.jpg") == []
        sure = [text.confidence for text in library.info(library.image("plain.png")).texts]
        assert all(isinstance(one, float) and 0.8 < one <= 1 for one in sure)
        with library.catalog.read() as sql:
            unlike = sql.execute("SELECT image FROM told_by WHERE outcome = 'unlike'").fetchall()
        assert unlike == [(library.image("red.jpg"),)], "it was not even read"
        standing = library.ingest.upkeep.finding_words.standing["ocr"]
        assert (standing.done, standing.left, standing.failed, standing.problem) == (len(written) + 1, 0, 0, "")


async def test_a_sign_in_a_scene_and_a_screen_are_read(tmp_path: Path) -> None:
    random = Random(3)
    async with ingesting(tmp_path) as library:
        pictures = {one.kind: one for one in (sign(random), screen(random))}
        for kind, one in pictures.items():
            one.picture.save(library.folder / f"{kind}.png")
        await library.settled()
        await read_all(library, len(pictures))
        for kind, one in pictures.items():
            read = text_of(library, f"{kind}.png")
            assert [source for source, _ in read] == ["ocr:rapidocr"], (kind, outcomes(library))
            ((_, text),) = read
            wanted = [word.lower() for line in one.lines for word in line.split()]
            found = text.lower().split()
            share = sum(word in found for word in wanted) / len(wanted)
            assert share > 0.9, (kind, share, text)
            assert len(found) < 1.1 * len(wanted), "and nothing besides"


def test_its_models_come_with_it_and_nothing_is_fetched(tmp_path: Path, cut_off: ThreadPoolExecutor) -> None:
    async def one() -> None:
        async with ingesting(tmp_path) as library:
            write(library.folder / "a.png", "No network")
            await library.settled()
            await read_all(library, 1)
            assert text_of(library, "a.png") == [("ocr:rapidocr", "No network")]

    cut_off.submit(trio.run, one).result()


async def test_a_persons_text_stays_and_reading_goes_on_where_it_was_killed(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        for number in range(4):
            write(library.folder / f"{number}.png", f"Number {number}00{number}")
        await library.settled()
        await read_all(library, 1)
        with library.catalog.write() as tx, recorded(tx, "edit", "edit", "test", "") as action:
            edits.write(action, [library.image("3.png") or 0], {"ocr": "mine"})
    async with ingesting(tmp_path) as library:
        kept = seen(library)
        assert 1 <= kept <= 4
        await read_all(library, 4)
        assert text_of(library, "3.png") == [("user", "mine"), ("ocr:rapidocr", "Number 3003")]
        assert text_of(library, "0.png") == [("ocr:rapidocr", "Number 0000")]


async def test_a_picture_that_ends_its_worker_costs_that_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask, killed = Worker.ask, list[int]()

    async def deadly(self: Worker, request: Request) -> Answer:
        """The kernel ends a worker whenever it is to look at the second picture."""
        if isinstance(request, Tell) and poisoned():
            killed.append(self.pid)
            os.kill(self.pid, signal.SIGKILL)
        return await ask(self, request)

    async with ingesting(tmp_path) as library:
        for number in range(3):
            write(library.folder / f"{number}.png", f"Number {number}00{number}")
        await library.settled()

        def poisoned() -> bool:
            """Whether the picture that is open is the second one."""
            return library.ingest.upkeep.finding_words.standing["ocr"].done == 1

        monkeypatch.setattr(Worker, "ask", deadly)
        await read_all(library, 3)
        assert len(set(killed)) == 2, "it was tried again, in another worker"
        assert outcomes(library) == ["failed", "told", "told"]
        assert library.failed() == {}, "the picture itself is as good as before"
        monkeypatch.setattr(Worker, "ask", ask)
        library.ingest.retry_failed()
        with trio.fail_after(PATIENCE_S):
            while len([name for name in ("0.png", "1.png", "2.png") if text_of(library, name)]) < 3:
                await trio.sleep(0.05)


async def test_it_waits_while_reading_is_paused_and_what_is_switched_off_leaves_nothing(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        write(library.folder / "a.png", "Number 1001")
        await library.settled()
        library.ingest.pause()
        await library.until(lambda: "ocr" in library.ingest.upkeep.finding_words.standing, "it is counted")
        await trio.sleep(0.5)
        before = seen(library)
        await trio.sleep(0.5)
        assert seen(library) == before
        library.ingest.resume()
        await read_all(library, 1)
        assert text_of(library, "a.png") == [("ocr:rapidocr", "Number 1001")]
    async with ingesting(tmp_path, ocr_enabled="false") as library:
        await library.until(lambda: seen(library) == 0, "it is forgotten")
        assert text_of(library, "a.png") == []
        assert "ocr" not in library.ingest.upkeep.finding_words.standing
