"""What workers take from the machine, and whom they are charged to when they are lost. The processes are real."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trio
from PIL import Image

from support.ingesting import ingesting
from support.poisoned import RED, poison, poisoned
from vaultd.ingest import feeder, process
from vaultd.ingest.process import Worker, WorkerLost, WorkersUnusable
from vaultd.worker.messages import Decode, Decoded, HasRead, Read, Setup


async def test_a_worker_gives_way_to_everything_else_on_the_machine(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        library.draw("a.png", "blue")
        await library.settled()
        [worker] = library.ingest.pool.pids
        assert os.getpriority(os.PRIO_PROCESS, worker) == 19
        assert subprocess.check_output(["ionice", "-p", str(worker)], text=True).startswith("idle")
        assert int(Path(f"/proc/{worker}/oom_score_adj").read_text()) == 500


async def test_one_that_somebody_waits_for_does_not_give_way(tmp_path: Path) -> None:
    async with ingesting(tmp_path) as library:
        library.draw("a.png", "blue")
        await library.ingest.pool.inspect(bytes(library.folder / "a.png"))
        urgent = [pid for pid in library.ingest.pool.pids if os.getpriority(os.PRIO_PROCESS, pid) < 19]
        assert len(urgent) == 1
        assert not subprocess.check_output(["ionice", "-p", str(urgent[0])], text=True).startswith("idle")


async def test_a_worker_is_replaced_after_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "RECYCLED_AFTER", 3)
    async with ingesting(tmp_path, ingest_batch=1) as library:
        seen = set()
        for number in range(7):
            library.draw(f"{number}.png", f"#0000{number:02}")
            await library.settled()
            seen.update(library.ingest.pool.pids)
        assert len(seen) == 3
        assert not any(Path(f"/proc/{pid}").exists() for pid in seen - set(library.ingest.pool.pids))
        assert library.count("images") == 7


async def test_memory_that_runs_out_is_charged_only_where_a_new_worker_lacks_it_too(tmp_path: Path) -> None:
    async with ingesting(tmp_path, ingest_decode_memory_mb=256) as library:
        library.draw("small.png", "red")
        await library.settled()
        before = library.ingest.pool.pids
        Image.new("1", (12_000, 10_000)).save(library.folder / "huge.png")
        await library.until(lambda: "huge.png" in library.failed(), "the picture is charged")
        assert library.failed()["huge.png"].kind == "memory"
        assert library.failed()["huge.png"].attempts == 1
        assert before != library.ingest.pool.pids, "the worker that had no memory left reads nothing more"
        assert library.image("small.png") is not None


async def test_the_one_picture_that_kills_whoever_embeds_it_is_found_in_its_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", poisoned(tmp_path))
    (tmp_path / "Pictures").mkdir()
    Image.new("RGB", (80, 60), RED).save(tmp_path / "Pictures" / "4.png")
    for number in range(8):
        if number != 4:
            Image.effect_noise((80, 60), 40 + number).save(tmp_path / "Pictures" / f"{number}.png")
    async with ingesting(tmp_path, model=True) as library:
        await library.settled()
        assert {name: found.kind for name, found in library.failed().items()} == {"4.png": "crash"}
        assert "SIGSEGV" in library.failed()["4.png"].reason
        assert library.count("embeddings") == 7


async def test_workers_lost_in_a_row_are_started_ever_more_seldom_and_each_bad_file_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]
) -> None:
    expect_log("workers in a row were lost")
    monkeypatch.setattr(feeder, "LOSSES_IN_A_ROW", 2)
    monkeypatch.setenv("PYTHONPATH", poisoned(tmp_path))
    (tmp_path / "Pictures").mkdir()
    for number in range(3):
        poison(tmp_path / "Pictures" / f"{number}.png", "worker")
    async with ingesting(tmp_path) as library:
        library.draw("good.png", "blue")
        await library.settled()
        assert {name: found.kind for name, found in library.failed().items()} == dict.fromkeys(
            ["0.png", "1.png", "2.png"], "crash"
        )
        assert library.image("good.png") is not None


async def test_a_picture_that_never_ends_is_charged_and_the_worker_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", poisoned(tmp_path))
    (tmp_path / "Pictures").mkdir()
    poison(tmp_path / "Pictures" / "endless.png", "hang")
    async with ingesting(tmp_path, ingest_decode_timeout_s=2) as library:
        library.draw("good.png", "blue")
        await library.settled()
        assert library.failed()["endless.png"].kind == "timeout"
        assert library.image("good.png") is not None


async def test_what_a_picture_waits_for_a_processor_is_not_charged_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One processor for the worker and three others: what takes it half a second lasts two."""
    if not Path("/proc/self/schedstat").exists():
        pytest.skip("this kernel does not count how long a process waits for a processor")
    monkeypatch.setenv("PYTHONPATH", poisoned(tmp_path))
    poison(tmp_path / "slow.png", "work")
    poison(tmp_path / "endless.png", "hang")
    setup = Setup(pack=b"", max_pixels=1_000_000, memory_mb=256, timeout_s=1, thumbnails=b"", niceness=0)
    async with trio.open_nursery() as nursery:
        slow, endless = [await Worker.start(setup, nursery, None) for _ in range(2)]
        with busy_beside(slow.pid, endless.pid):
            assert isinstance(await slow.ask(Read(bytes(tmp_path / "slow.png"))), HasRead)
            began = trio.current_time()
            assert isinstance(await slow.ask(Decode(thumbnail=False)), Decoded)
            assert trio.current_time() - began > setup.timeout_s
            assert isinstance(await endless.ask(Read(bytes(tmp_path / "endless.png"))), HasRead)
            with pytest.raises(WorkerLost) as lost:
                await endless.ask(Decode(thumbnail=False))
            assert lost.value.kind == "timeout"
        await slow.end()


@contextmanager
def busy_beside(*pids: int) -> Iterator[None]:
    """One processor for these processes, and three others on it that never rest."""
    processor = {min(os.sched_getaffinity(0))}
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(3)]
    try:
        for pid in [*pids, *(other.pid for other in others)]:
            os.sched_setaffinity(pid, processor)
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


async def test_a_worker_that_starts_while_everything_ends_is_ended_with_it() -> None:
    """Its process takes a while, and those who wanted it may be gone by then. What is left open fails a test."""
    setup = Setup(pack=b"", max_pixels=1_000_000, memory_mb=256, timeout_s=5, thumbnails=b"", niceness=0)
    async with trio.open_nursery() as closed:
        pass
    with pytest.raises(WorkersUnusable, match="were ended"):
        await Worker.start(setup, closed, None)
    with trio.CancelScope() as cancelled:
        async with trio.open_nursery() as nursery:
            cancelled.cancel()
            await Worker.start(setup, nursery, None)
    gc.collect()
    assert not [child for child in children() if b"vaultd.worker" in child]


def children() -> list[bytes]:
    """The command lines of the processes that this one started, in whatever thread."""
    listed = "".join(path.read_text() for path in Path("/proc/self/task").glob("*/children"))
    return [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in listed.split()]
