"""STATUS.txt says how far the next model is, and how many older pictures were read again."""

from __future__ import annotations

from typing import Any

from vaultfs.tree.status import render
from vaultipc import messages as m


def status(**model: Any) -> m.Status:
    return m.Status(
        version="0", schema=1, state="idle", reason="", socket="", pid=1, uptime_s=1.0, images=9, files=9, pending=0,
        failed=0, offline=0, rate_per_s=0.0, eta_s=None, seq=1, vector_seq=1, text_seq=1, roots=[], mounts=[],
        model=m.ModelState(name="mini", revision="1", dim=8, engine="test", **model), rss_bytes=1,
        counters=m.Counters(),
    )  # fmt: skip


def test_the_next_model_is_told_while_its_vectors_are_made() -> None:
    text = render(status(next="clip 2", reembed={"done": 3, "total": 9}), connected=True)
    assert "next model clip 2, 3 of 9 pictures" in text
    assert "indexed    9 of 9 files" in text


def test_without_one_nothing_is_told() -> None:
    assert "next model" not in render(status(), connected=True)


def test_older_pictures_are_told_while_they_are_read_again() -> None:
    now = status()
    now.reread = {"done": 3, "total": 9}
    assert "read again 3 of 9 pictures, for colours and lenses" in render(now, connected=True)
