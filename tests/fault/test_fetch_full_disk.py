"""Fetching where there is no room for it: the real process, with a disk that is too small."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from support.elsewhere import Elsewhere, Post, picture
from vaultd.fetch.order import Ended, Order, Report, Staged

pytest.importorskip("feedparser", reason="the extra [fetch] is not installed")


@pytest.fixture
def site() -> Iterator[Elsewhere]:
    with Elsewhere() as running:
        running.posts = [Post("large.jpg", picture(1) + bytes(4 << 20))]
        running.fill(1)
        yield running


def told(site: Elsewhere, folder: Path, keep_free: int) -> list[Report]:
    """What a process tells that fetches the feed into a folder."""
    wanted = Order(
        provider="feed", url=f"{site.url}/feed.json", staging=str(folder), archive="", delay_s=0.0, timeout_s=20.0,
        keep_free=keep_free,
    )  # fmt: skip
    with subprocess.Popen(
        [sys.executable, "-m", "vaultd.fetch.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(msgspec.json.encode(wanted) + b"\n")
        process.stdin.flush()
        return [msgspec.json.decode(line, type=Report) for line in process.stdout]


def test_a_disk_that_is_full_ends_a_run_with_a_sentence_and_what_was_whole_stays(
    site: Elsewhere, small_disk: Callable[[str, int], Path]
) -> None:
    disk = small_disk("staging", 2048)
    reports = told(site, disk, keep_free=0)
    (came,) = [one for one in reports if isinstance(one, Staged)]
    assert (disk / "ready" / came.file).read_bytes() == picture(0)
    end = reports[-1]
    assert isinstance(end, Ended)
    assert (end.outcome, end.problem) == ("failed", "what is fetched cannot be written: No space left on device")
    assert shutil.disk_usage(disk).free > 1 << 20, "what is half is not kept"


def test_what_is_to_stay_free_of_a_disk_stays_free(site: Elsewhere, small_disk: Callable[[str, int], Path]) -> None:
    (end,) = [one for one in told(site, small_disk("staging", 2048), keep_free=4 << 20) if isinstance(one, Ended)]
    assert "fetch.keep_free_mb" in end.problem
    assert not [one for one in site.asked if one.path.startswith("/pictures/")]
