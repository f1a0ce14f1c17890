"""A vector index on disk is taken up as it was, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from vaultd.index import kept

IMAGES = np.array([3, 1, 2], np.int64)
HALVES = np.arange(12, dtype=np.float16).reshape(3, 4)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "index" / "one.vectors"
    kept.keep(made, IMAGES, HALVES, generation="g", position=7, model="mini 1")
    return made


def test_what_was_kept_is_read_again(path: Path) -> None:
    position, images, halves = kept.read(path, generation="g", model="mini 1", dimension=4)
    assert (position, images.tolist(), halves.tolist()) == (7, IMAGES.tolist(), HALVES.tolist())
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_an_empty_index_can_be_kept(path: Path) -> None:
    kept.keep(path, IMAGES[:0], HALVES[:0], generation="g", position=0, model="mini 1")
    assert len(kept.read(path, generation="g", model="mini 1", dimension=4)[1]) == 0


@pytest.mark.parametrize(
    ("generation", "model", "dimension"), [("other", "mini 1", 4), ("g", "mini 2", 4), ("g", "mini 1", 8)]
)
def test_an_index_of_something_else_is_refused(path: Path, generation: str, model: str, dimension: int) -> None:
    with pytest.raises(kept.Unusable, match="another"):
        kept.read(path, generation=generation, model=model, dimension=dimension)


def _flip_last(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


@pytest.mark.parametrize(
    "damage",
    [lambda data: data[:-1], _flip_last, lambda data: data + b"x", lambda data: b"", lambda data: b"{}\n" + data],
)
def test_a_damaged_file_is_refused(path: Path, damage: Callable[[bytes], bytes]) -> None:
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(kept.Unusable):
        kept.read(path, generation="g", model="mini 1", dimension=4)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(kept.Unusable, match="cannot be read"):
        kept.read(tmp_path / "none", generation="g", model="mini 1", dimension=4)
