"""The cut depends on the query and the background, and on nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from support.shelf import DIMENSION, concept_pack, direction
from vaultd.index.exact import ExactIndex
from vaultd.models.pack import Cut, CutLevel
from vaultd.search.cut import ENOUGH, SAMPLE, Background, threshold

CUT = Cut(
    strict=CutLevel(z=4.0, similarity=0.3, probability=0.9),
    default=CutLevel(z=3.0, similarity=0.2, probability=0.5),
    loose=CutLevel(z=2.0, similarity=0.1, probability=0.1),
)


def test_a_picture_must_stand_out_of_the_background_and_be_believed() -> None:
    spread = np.array([0.0, 0.2] * 50, np.float32)
    limit = threshold(spread, CUT, "default")
    assert (limit.mean, limit.floor) == pytest.approx((0.1, 0.4))
    assert limit.cut == limit.floor
    assert threshold(spread * 0.1, CUT, "default").cut == 0.2


def test_levels_are_ordered_and_all_has_no_cut() -> None:
    spread = np.linspace(-0.2, 0.2, 100, dtype=np.float32)
    strict, default, loose = (threshold(spread, CUT, level).cut for level in ("strict", "default", "loose"))
    assert strict > default > loose
    assert threshold(spread, CUT, "all").cut == -np.inf


def test_a_small_library_does_not_move_the_cut_and_a_large_one_joins_in(tmp_path: Path) -> None:
    pack, library = concept_pack(tmp_path), ExactIndex(DIMENSION)
    background = Background(pack, library)
    vector = direction("car")
    alone = background.similarities(vector)
    library.put(np.arange(100), np.repeat(vector[None], 100, axis=0))
    assert np.array_equal(background.similarities(vector), alone)
    rows = np.random.default_rng(0).normal(size=(ENOUGH, DIMENSION)).astype(np.float32)
    library.put(np.arange(ENOUGH), rows / np.linalg.norm(rows, axis=1, keepdims=True))
    joined = background.similarities(vector)
    assert len(joined) == len(alone) + SAMPLE
    assert np.array_equal(joined[: len(alone)], alone)
