"""kill -9 in every phase of the daemon's work: after each start all that was promised is there, whole."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.crash.matrix import Matrix
from support.crash.phases import PHASES

# The older catalogs name a model of which there is no pack any more.
pytestmark = pytest.mark.expects_log("There is no model pack named 'frozen'")

SEED = "VVAULT_CRASH_SEED"
"""Set it to the seed that a failure names, and the same kills are aimed again."""


@pytest.fixture
def matrix(short_path: Path) -> Iterator[Callable[[int], Matrix]]:
    made: list[Matrix] = []

    def make(seed: int) -> Matrix:
        made.append(Matrix(short_path, int(os.environ.get(SEED, seed)), print))
        return made[0]

    yield make
    for one in made:
        one.close()


@pytest.mark.timeout(600)
def test_what_was_answered_survives_thirty_kills_in_all_phases(matrix: Callable[[int], Matrix]) -> None:
    hits = matrix(6).run(30)
    print(dict(hits))
    assert sum(hits.values()) >= 30
    assert len(set(hits) & set(PHASES)) >= 7, f"the kills did not land where they were aimed: {dict(hits)}"


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_what_was_answered_survives_a_thousand_kills_ten_at_least_in_each_phase(
    matrix: Callable[[int], Matrix],
) -> None:
    hits = matrix(random.randrange(1 << 32)).run(1000)
    print(dict(hits))
    assert {phase: hits[phase] for phase in PHASES if hits[phase] < 10} == {}
