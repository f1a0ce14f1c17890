"""Whatever pictures there are, only those that are nearly the same stand behind another, and the order stays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaultd.catalog.looks import Seen
from vaultd.search import grouping
from vaultd.search.grouping import MOST_BITS, MOST_SHAPE, MOST_TINT, gathered


@st.composite
def answers(draw: st.DrawFn) -> Seen:
    """Pictures of a few families; those of one differ in up to twenty bits, and here and there in colour or shape."""
    seed, families = draw(st.integers(0, 2**32)), draw(st.integers(1, 6))
    count, flips = draw(st.integers(0, 300)), draw(st.integers(0, 20))
    rng = np.random.default_rng(seed)
    whose = rng.integers(0, families, count)
    bits = rng.integers(0, 2, (families, 128), dtype=np.uint8)[whose]
    for row in bits:
        row[rng.choice(128, rng.integers(0, flips + 1), replace=False)] ^= 1
    hashes = np.packbits(bits, axis=1).view(">u8").astype(np.uint64).reshape(count, 2)
    tint = rng.integers(-40, 40, (families, 32))[whose] + rng.integers(-9, 10, (count, 1)) * (
        rng.random((count, 1)) < 0.2
    )
    return Seen(
        places=np.arange(count),
        phash=np.ascontiguousarray(hashes[:, 0]),
        dhash=np.ascontiguousarray(hashes[:, 1]),
        contrast=np.full(count, 50.0),
        shape=rng.choice([0.0, 0.05, 0.4], count, p=[0.8, 0.1, 0.1]),
        tint=tint.astype(np.int8),
    )


def are_the_same(seen: Seen, one: int, other: int) -> bool:
    bits = sum((int(hashes[one]) ^ int(hashes[other])).bit_count() for hashes in (seen.phash, seen.dhash))
    tint = np.abs(seen.tint[one].astype(int) - seen.tint[other]).mean()
    return bits <= MOST_BITS and tint <= MOST_TINT and abs(seen.shape[one] - seen.shape[other]) <= MOST_SHAPE


def one_by_one(seen: Seen) -> list[int]:
    """What `gathered` says, read off its description."""
    leaders: list[int] = []
    for place in range(len(seen.phash)):
        before = (other for other in range(place) if leaders[other] == other and are_the_same(seen, other, place))
        leaders.append(next(before, place))
    return leaders


@given(answers())
def test_a_picture_stands_behind_the_first_kept_one_that_it_is_nearly_the_same_as(seen: Seen) -> None:
    assert gathered(seen).tolist() == one_by_one(seen)


@given(seen=answers(), dense=st.integers(2, 50), most=st.integers(0, 2000))
def test_it_makes_no_difference_how_the_pairs_are_found(seen: Seen, dense: int, most: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grouping, "DENSE", dense)
        patch.setattr(grouping, "MOST_CANDIDATES", most)
        assert gathered(seen).tolist() == one_by_one(seen)
