"""What auto-tags are worth, and when a word becomes one, on cases small enough to be worked out by hand."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.append(str(Path(__file__).parents[2]))

from training import calibrate_tags, tags
from vaultd.autotags.scoring import prepare

KNOWN = np.array([[1, -1, 0], [1, 1, 0], [0, -1, 0], [-1, 0, 0]], np.int8)
DOUBT = np.array([0.5, 0.5, 0.75], np.float32)


def test_what_is_not_known_is_neither_right_nor_wrong_and_a_doubt_when_one_is_cautious() -> None:
    accepted = np.array([[1, 1, 1], [1, 0, 0], [0, 0, 1], [0, 1, 0]], bool)
    found = tags.judge(accepted, KNOWN, DOUBT)
    assert found.precision == pytest.approx(2 / 3)
    assert found.cautious == pytest.approx((2 + 0.25 + 0.25 + 0.5) / 6)
    assert found.recall == pytest.approx(2 / 3)
    assert (found.coverage, found.each) == (0.5, 1.5)
    assert (found.judged, found.unknown) == (3, 0.5)


def test_no_tags_at_all_are_worth_nothing() -> None:
    found = tags.judge(np.zeros((4, 3), bool), KNOWN, DOUBT)
    assert (found.precision, found.cautious, found.coverage, found.each) == (0, 0, 0, 0)


def planted(seed: int, photographs: int = 400) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Photographs that lie near the words that are true of them: pictures, words, background, truth.

    The last word is never right, wherever it seems so.
    """
    random = np.random.default_rng(seed)
    words = np.eye(6, 24, dtype=np.float32)
    true = random.random((photographs, 6)) < 0.15
    pictures = true @ words + 0.25 * random.standard_normal((photographs, 24)).astype(np.float32)
    known = np.where(true, 1, -1).astype(np.int8)
    known[:, 5] = -1
    background = random.standard_normal((500, 24)).astype(np.float32)
    return (
        (pictures / np.linalg.norm(pictures, axis=1, keepdims=True)).astype(np.float32),
        words,
        background / np.linalg.norm(background, axis=1, keepdims=True),
        known,
    )


def test_a_calibrated_word_keeps_its_promise_on_other_photographs() -> None:
    pictures, words, background, known = planted(1)
    names = [f"word {i}" for i in range(6)]
    rule = calibrate_tags.calibrate(names, words, background, (10, -5), pictures, known, np.full(6, 0.5, np.float32))
    assert rule.loose <= rule.default <= rule.strict
    other, _, _, truth = planted(2)
    scoring = prepare(names, words, background, (10, -5), rule)
    found = tags.judge(scoring.accepted(scoring.scores(other)), truth, np.full(6, 0.5, np.float32))
    assert found.precision > 0.75
    assert found.recall > 0.5


def test_a_word_that_the_model_gets_wrong_is_shifted_down() -> None:
    pictures, words, background, known = planted(3)
    names = [f"word {i}" for i in range(6)]
    rule = calibrate_tags.calibrate(names, words, background, (10, -5), pictures, known, np.full(6, 0.5, np.float32))
    assert rule.shift["word 5"] < min(rule.shift[name] for name in names[:5])


def test_a_level_has_the_lowest_score_that_is_precise_enough() -> None:
    scores = np.repeat([0.9, 0.6, 0.3], 20)[:, None].astype(np.float32)
    known = np.array([1] * 20 + [1] * 12 + [-1] * 8 + [-1] * 20, np.int8)[:, None]
    levels = calibrate_tags.thresholds(scores, known, np.ones(1, np.float32))
    assert levels == {"strict": 0.65, "default": 0.35, "loose": 0.35}
