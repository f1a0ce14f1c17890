"""What the bundled pack's training promises: judging material never enters it."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from vaultd.demo.held_out import HELD_OUT_GROUNDS, HELD_OUT_PAIRS, JUDGING_SEEDS
from vaultd.demo.palette import COLOURS
from vaultd.demo.scene import Scene
from vaultd.demo.things import THINGS

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def training_on_the_path(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(ROOT)
    yield
    for name in [name for name in sys.modules if name.split(".")[0] == "training"]:
        del sys.modules[name]


def test_no_held_out_pair_ground_or_seed_is_drawn_for_training() -> None:
    from training.drawn import scene

    for number in range(3000):
        drawn = scene(number)
        assert (drawn.colour, drawn.thing) not in HELD_OUT_PAIRS
        assert drawn.ground not in HELD_OUT_GROUNDS
        assert drawn.seed not in JUDGING_SEEDS


def test_no_held_out_pair_is_ever_said_in_training() -> None:
    from training.drawn import PAIRS, PLACES, scene
    from training.drawn_truth import say_phrase

    random = np.random.default_rng(5)
    scenes = [scene(number) for number in range(64)]
    pairs = re.compile("|".join(rf"\b{c} {t}" for c, t in HELD_OUT_PAIRS))
    for _ in range(4000):
        text, _kind = say_phrase(scenes, random, PAIRS, PLACES)
        assert not pairs.search(text), text
        assert not any(ground in text for ground in HELD_OUT_GROUNDS), text


def test_a_fifth_of_the_pairs_or_more_is_held_out_and_every_thing_and_colour_is_seen() -> None:
    from training.drawn import PAIRS

    assert len(HELD_OUT_PAIRS) * 5 >= len(COLOURS) * len(THINGS)
    assert {c for c, _ in PAIRS} == set(COLOURS)
    assert {t for _, t in PAIRS} == set(THINGS)


def test_a_phrase_is_true_of_exactly_the_drawings_that_show_it() -> None:
    from training.drawn_truth import truth_of_drawn

    scenes = [Scene("car", "red", "beach", 1), Scene("car", "blue", "beach", 2), Scene("boat", "red", "water", 3)]
    assert truth_of_drawn("red", "car", None, scenes)[0].tolist() == [1, 0, 0]
    assert truth_of_drawn("red", None, None, scenes)[0].tolist() == [1, 0, 1]
    assert truth_of_drawn(None, "car", "beach", scenes)[0].tolist() == [1, 1, 0]


def test_the_split_names_each_photograph_once() -> None:
    names = (ROOT / "training" / "held_out.txt").read_text(encoding="utf-8").split()
    assert len(names) == len(set(names)) > 1000
    assert all(name.endswith(".webp") for name in names)


def test_nonsense_is_no_word_in_any_template() -> None:
    from training import phrases

    random = np.random.default_rng(3)
    texts = {phrases.nonsense(random, ["photograph", "mountain"]) for _ in range(500)}
    assert len(texts) > 450
    assert not texts & {"dog", "cat", "car", "photograph", "mountain"}


@pytest.mark.parametrize(
    ("one", "many"), [("dog", "dogs"), ("bus", "bus"), ("box", "boxes"), ("city", "cities"), ("toy", "toys")]
)
def test_plurals_follow_the_rule(one: str, many: str) -> None:
    from training.phrases import plural

    assert plural(one) == many
