"""The processes that run image towers for the workers: one for a pack, as long as it is needed and behaves."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import numpy as np
import pytest
import trio

from vaultd.ingest.apart import EncoderProcess, Towers
from vaultd.ingest.process import WorkersUnusable
from vaultd.models.bundled import open_pack
from vaultd.worker.messages import Setup
from vaultd.worker.remote import EncoderLost, RemoteImageEncoder

PACK = open_pack()


def setup(memory_mb: int = 512, pack: bytes = os.fsencode(PACK.folder)) -> Setup:
    return Setup(pack=pack, max_pixels=1, memory_mb=memory_mb, timeout_s=30, thumbnails=b"", niceness=0)


@asynccontextmanager
async def opened() -> AsyncIterator[Towers]:
    towers = Towers("onnx", 1)
    try:
        yield towers
    finally:
        await towers.end()


async def embed(process: EncoderProcess, count: int) -> np.ndarray:
    encoder = RemoteImageEncoder(process.connect().detach(), PACK.manifest.dimension)
    pixels = np.zeros((count, 3, *PACK.manifest.image_size), np.float32)
    found: np.ndarray = await trio.to_thread.run_sync(encoder.embed, pixels)
    return found


async def test_all_workers_of_a_pack_share_one_process() -> None:
    async with opened() as towers:
        one, other = await towers.get(setup()), await towers.get(setup())
        assert one is other
        assert (await embed(one, 2)).shape == (await embed(one, 2)).shape == (2, PACK.manifest.dimension)
        assert (towers.opened.engine, towers.opened.device, towers.opened.note) == ("onnxruntime", "cpu", "")


async def test_one_that_takes_too_much_memory_is_ended_and_started_anew(expect_log: Callable[[str], None]) -> None:
    expect_log("took too much memory")
    async with opened() as towers:
        first = await towers.get(setup(memory_mb=1))
        await embed(first, 64)
        assert first.is_too_large()
        await towers.end_unneeded({first}, since=trio.current_time())
        assert not first.alive
        second = await towers.get(setup())
        assert second.pid != first.pid
        assert len(await embed(second, 1)) == 1


async def test_one_that_nobody_needs_any_more_is_ended() -> None:
    async with opened() as towers:
        process = await towers.get(setup())
        await towers.end_unneeded({process}, since=trio.current_time())
        assert process.alive
        await towers.end_unneeded(set(), since=trio.current_time())
        assert not process.alive


async def test_a_worker_learns_that_its_encoder_was_lost() -> None:
    async with opened() as towers:
        process = await towers.get(setup())
        encoder = RemoteImageEncoder(process.connect().detach(), PACK.manifest.dimension)
        await process.end()
        with pytest.raises(EncoderLost):
            encoder.embed(np.zeros((1, 3, *PACK.manifest.image_size), np.float32))


async def test_a_pack_that_cannot_be_read_is_a_sentence() -> None:
    async with opened() as towers:
        with pytest.raises(WorkersUnusable, match=r"manifest\.json"):
            await towers.get(setup(pack=b"/nowhere"))
