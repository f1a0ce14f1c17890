"""Scores of words: each above its own noise, shifted by what the calibration knows of it, and the best few kept."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from support.shelf import DIMENSION, towards
from vaultd.autotags.scoring import UNCALIBRATED, Scoring, noise, prepare
from vaultd.models.manifest import AutoTags

NAMES = ["dog", "cat", "car"]
TERMS = np.stack([towards(name) for name in NAMES])


@pytest.fixture(scope="module")
def background() -> NDArray[np.float32]:
    rows = np.random.default_rng(5).normal(size=(400, DIMENSION))
    scaled: NDArray[np.float32] = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return scaled


def scoring(background: NDArray[np.float32], rule: AutoTags | None = None, **more: object) -> Scoring:
    return prepare(NAMES, TERMS, background, (10.0, -5.0), rule, **more)  # type: ignore[arg-type]


def tags(made: Scoring, *pictures: NDArray[np.float32]) -> list[list[str]]:
    kept = made.accepted(made.scores(np.stack(pictures)))
    return [[NAMES[column] for column in np.flatnonzero(row)] for row in kept]


def test_noise_is_each_terms_own(background: NDArray[np.float32]) -> None:
    found = noise(TERMS, background, 0.95)
    similarity = background @ TERMS.T
    np.testing.assert_allclose(found.mean, similarity.mean(axis=0), atol=1e-6)
    np.testing.assert_allclose(found.deviation, similarity.std(axis=0), atol=1e-6)
    assert ((similarity <= found.floor).mean(axis=0) >= 0.95).all()


def test_only_what_rises_above_the_noise_is_a_tag(background: NDArray[np.float32]) -> None:
    made = scoring(background)
    assert tags(made, towards("dog"), towards("dog", "car"), towards("thunder")) == [["dog"], ["dog", "car"], []]


def test_a_score_is_a_probability_and_nothing_below_the_floor_has_one(background: NDArray[np.float32]) -> None:
    made = scoring(background)
    found = made.scores(np.stack([towards("dog"), -towards("dog")]))
    assert found.min() >= 0
    assert found.max() <= 1
    assert found[1, 0] == 0


def test_a_stricter_level_keeps_fewer(background: NDArray[np.float32]) -> None:
    picture = towards("dog", "car", "rain", "night")
    counts = [len(tags(scoring(background, level=level), picture)[0]) for level in ("loose", "default", "strict")]
    assert counts == sorted(counts, reverse=True)


def test_a_term_that_is_shifted_down_is_silent(background: NDArray[np.float32]) -> None:
    rule = msgspec.structs.replace(UNCALIBRATED, shift={"dog": -20.0})
    assert tags(scoring(background, rule), towards("dog"), towards("cat")) == [[], ["cat"]]


def test_a_term_that_was_not_judged_is_shifted_as_the_unseen_are(background: NDArray[np.float32]) -> None:
    rule = msgspec.structs.replace(UNCALIBRATED, unseen=-20.0, shift={"dog": 0.0})
    assert tags(scoring(background, rule), towards("dog"), towards("cat")) == [["dog"], []]


def test_a_terms_own_threshold_holds_instead_of_the_levels(background: NDArray[np.float32]) -> None:
    made = scoring(background, thresholds={"dog": 1.0})
    assert tags(made, towards("dog"), towards("car")) == [[], ["car"]]


def test_of_many_words_the_surest_are_kept_and_equal_ones_in_order() -> None:
    made = prepare(NAMES, TERMS, TERMS, (10.0, -5.0), most=2)
    assert made.accepted(np.array([[0.9, 0.95, 0.99], [0.9, 0.9, 0.9], [0.9, 0.1, 0.1]], np.float32)).tolist() == [
        [False, True, True],
        [True, True, False],
        [True, False, False],
    ]
