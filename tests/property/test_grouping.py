"""Whatever pictures there are, only those that are nearly the same stand behind another, and the order stays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaultd.catalog.looks import Details
from vaultd.duplicates import pairs
from vaultd.duplicates.keys import Words
from vaultd.duplicates.same import MOST_BITS, MOST_SHAPE, MOST_TINT, PLAIN_BITS, PLAIN_CONTRAST, same
from vaultd.duplicates.stars import led

Answer = tuple[Words, Details]


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    """Pictures of a few families; those of one differ in up to twenty bits, and here and there in colour or shape."""
    seed, families = draw(st.integers(0, 2**32)), draw(st.integers(1, 6))
    count, flips = draw(st.integers(0, 300)), draw(st.integers(0, 20))
    rng = np.random.default_rng(seed)
    whose = rng.integers(0, families, count)
    bits = rng.integers(0, 2, (families, 128), dtype=np.uint8)[whose]
    for row in bits:
        row[rng.choice(128, rng.integers(0, flips + 1), replace=False)] ^= 1
    words = np.packbits(bits, axis=1).view(np.uint64)
    tint = rng.integers(-40, 40, (families, 32))[whose] + rng.integers(-9, 10, (count, 1)) * (
        rng.random((count, 1)) < 0.2
    )
    shape = rng.choice([0.0, 0.05, 0.4], count, p=[0.8, 0.1, 0.1])
    contrast = rng.choice([20.0, 50.0], count, p=[0.1, 0.9])
    return words, Details(contrast, shape, tint.astype(np.int8), rng.random(count) < 0.1)


def found(answer: Answer) -> list[int]:
    words, details = answer
    leaders: list[int] = led(
        words, MOST_BITS, lambda first, second, apart: same(details, first, second, apart)
    ).tolist()
    return leaders


def are_the_same(answer: Answer, one: int, other: int) -> bool:
    words, details = answer
    bits = sum(int(word).bit_count() for word in words[one] ^ words[other])
    plain = min(details.contrast[one], details.contrast[other]) < PLAIN_CONTRAST
    tint = np.abs(details.tint[one].astype(int) - details.tint[other]).mean()
    return (
        bits <= (PLAIN_BITS if plain else MOST_BITS)
        and tint <= MOST_TINT
        and abs(details.shape[one] - details.shape[other]) <= MOST_SHAPE
        and details.several[one] == details.several[other]
    )


def one_by_one(answer: Answer) -> list[int]:
    """What `led` says, read off its description."""
    leaders: list[int] = []
    for place in range(len(answer[0])):
        before = (other for other in range(place) if leaders[other] == other and are_the_same(answer, other, place))
        leaders.append(next(before, place))
    return leaders


@given(answers())
def test_a_picture_stands_behind_the_first_kept_one_that_it_is_nearly_the_same_as(answer: Answer) -> None:
    assert found(answer) == one_by_one(answer)


@given(answer=answers(), few=st.integers(2, 50), most=st.integers(0, 20))
def test_it_makes_no_difference_how_the_pairs_are_found(answer: Answer, few: int, most: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pairs, "FEW", few)
        patch.setattr(pairs, "CANDIDATES_EACH", most)
        assert found(answer) == one_by_one(answer)
