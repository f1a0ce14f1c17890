"""One bad file costs one file: whatever it does to the worker, the others are read."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
import trio
from PIL import Image

from support.ingesting import Library, draw, ingesting
from vaultd.worker.messages import Unreadable


async def test_bad_files_are_quarantined_with_a_reason_and_the_others_are_read(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        content = library.draw("good.png", "red")
        (library.folder / "cut.png").write_bytes(content[: len(content) // 2])
        (library.folder / "empty.jpg").touch()
        (library.folder / "text.jpg").write_text("no picture")
        await library.settled()
        failed = library.failed()
        assert {name: found.kind for name, found in failed.items()} == {
            "cut.png": "truncated",
            "empty.jpg": "not-an-image",
            "text.jpg": "not-an-image",
        }
        assert all(found.reason and found.attempts == 1 for found in failed.values())
        assert library.image("good.png") is not None
        assert library.ingest.counters.quarantined == 3
        await library.settled()
        assert library.ingest.counters.quarantined == 3, "nothing is tried in a loop"


async def test_a_failed_file_is_tried_again_when_it_changes_or_on_request(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        (library.folder / "a.png").write_bytes(b"broken")
        await library.settled()
        assert library.ingest.retry_failed() == 1
        await library.settled()
        assert library.failed()["a.png"].attempts == 2
        library.draw("a.png", "red")
        await library.until(lambda: library.image("a.png") is not None, "the mended file is read")
        assert library.failed() == {}


async def test_a_picture_of_too_many_pixels_is_refused(tmp_path: Path) -> None:
    async with ingesting(tmp_path, ingest_max_pixels=1_000_000) as library:
        Image.new("1", (1100, 1000)).save(library.folder / "bomb.png")
        await library.settled()
        assert library.failed()["bomb.png"].kind == "too-large"


async def test_a_drawing_that_would_take_for_ever_costs_itself(tmp_path: Path) -> None:
    pytest.importorskip("resvg_py", reason="the extra [svg] is not installed")
    noise = '<filter id="n"><feTurbulence baseFrequency="0.9" numOctaves="100000"/></filter>'
    async with ingesting(tmp_path, ingest_decode_timeout_s=1) as library:
        (library.folder / "endless.svg").write_text(
            f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">{noise}'
            '<rect width="9" height="9" filter="url(#n)"/></svg>'
        )
        await library.until(lambda: "endless.svg" in library.failed(), "the file is charged")
        assert library.failed()["endless.svg"].kind == "timeout"


async def test_a_file_that_hangs_a_worker_is_ended_with_it_and_charged(tmp_path: Path) -> None:
    async with ingesting(tmp_path, ingest_decode_timeout_s=3) as library:
        library.draw("first.jpg", "red")
        await library.settled()
        [worker] = library.ingest.pool.pids
        os.kill(worker, signal.SIGSTOP)
        library.draw("hanging.jpg", "blue")
        await library.until(lambda: "hanging.jpg" in library.failed(), "the file is charged")
        assert library.failed()["hanging.jpg"].kind == "timeout"
        assert not Path(f"/proc/{worker}").exists()
        library.draw("next.jpg", "green")
        await library.until(lambda: library.image("next.jpg") is not None, "a new worker reads on")


async def test_a_worker_killed_once_costs_nothing_and_twice_the_file_it_read(tmp_path: Path) -> None:
    async with ingesting(tmp_path, model=True) as library:
        library.draw("first.jpg", "red")
        await library.settled()
        # Noise of many pixels: the next worker is still decoding it when it is killed.
        noise = Image.frombytes("L", (6000, 6000), os.urandom(36_000_000))
        noise.save(library.folder / "victim.png", compress_level=1)
        killed = await _kill_at_work(library)
        await library.until(lambda: library.ingest.pool.pids not in ([], [killed]), "a new worker is there")
        assert library.failed() == {}
        await _kill_at_work(library)
        await library.until(lambda: "victim.png" in library.failed(), "the file is charged")
        found = library.failed()["victim.png"]
        assert found.kind == "crash"
        assert "SIGKILL" in found.reason


async def _kill_at_work(library: Library) -> int:
    """Stops the worker, lets it be asked for something it cannot do any more, and kills it."""
    [worker] = library.ingest.pool.pids
    os.kill(worker, signal.SIGSTOP)
    await trio.sleep(0.3)
    os.kill(worker, signal.SIGKILL)
    return worker


async def test_a_thumbnail_that_cannot_be_written_fails_no_file_and_is_told_once(
    tmp_path: Path, expect_log: Callable[[str], None]
) -> None:
    expect_log("thumbnails cannot be written")
    cache = tmp_path / "cache"
    cache.write_text("a file where a folder should be")
    os.environ["XDG_CACHE_HOME"] = str(cache)
    try:
        async with ingesting(tmp_path, ingest_thumbnails="true") as library:
            library.draw("a.jpg", "red")
            library.draw("b.jpg", "blue")
            await library.settled()
            assert library.count("images") == 2
    finally:
        del os.environ["XDG_CACHE_HOME"]


async def test_work_goes_on_where_a_killed_run_left_it(tmp_path: Path) -> None:
    async with ingesting(tmp_path, model=True) as library:
        for number in range(12):
            library.draw(f"{number}.png", f"#00{number:02}00")
        await library.until(lambda: library.count("images") > 0, "some are read")
        done = library.count("images")
    async with ingesting(tmp_path, model=True) as library:
        await library.settled()
        assert library.count("images") == library.count("embeddings") == 12
        assert library.ingest.counters.embedded == 12 - done


async def test_vectors_that_are_missing_are_made_up_for(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        library.draw("a.jpg", "red")
        await library.settled()
        assert library.count("embeddings") == 0
    async with ingesting(tmp_path, model=True) as library:
        await library.until(lambda: library.count("embeddings") == 1, "the model sees what was read without it")
        assert library.ingest.pending == 0


async def test_nothing_is_read_while_paused(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        library.ingest.pause()
        library.draw("a.jpg", "red")
        await library.until(lambda: library.ingest.pending == 1 and library.count("files") == 1, "it is noticed")
        await trio.sleep(0.2)
        assert library.ingest.state == "paused"
        assert library.count("images") == 0
        library.ingest.resume()
        await library.until(lambda: library.image("a.jpg") is not None, "it is read")


async def test_workers_end_when_nobody_needs_them_and_come_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vaultd.ingest.pool.LOOK_S", 0.1)
    monkeypatch.setattr("vaultd.ingest.pool.IDLE_S", 0.3)
    async with ingesting(tmp_path) as library:
        library.draw("a.jpg", "red")
        await library.settled()
        await library.until(lambda: library.ingest.pool.pids == [], "they end")
        library.draw("b.jpg", "blue")
        await library.until(lambda: library.image("b.jpg") is not None, "one is back")


async def test_any_picture_can_be_looked_at_without_being_kept(tmp_path: Path) -> None:
    async with ingesting(tmp_path, model=True) as library:
        await library.settled()
        draw(tmp_path / "a.png", "red")
        vector = await library.ingest.pool.embed_image(bytes(tmp_path / "a.png"))
        assert abs(float(vector @ vector) - 1) < 1e-3
        (tmp_path / "text.png").write_text("no picture")
        with pytest.raises(Unreadable, match="not a JPEG"):
            await library.ingest.pool.embed_image(bytes(tmp_path / "text.png"))
        assert library.count("images") == 0
