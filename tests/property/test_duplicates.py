"""Whatever hashes there are, and in whatever order they come and go, what is near is found, and groups are stars."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from vaultd.duplicates import pairs, stars
from vaultd.duplicates.groups import Groups
from vaultd.duplicates.keys import Words
from vaultd.duplicates.near import NearIndex
from vaultd.index.vector import Ids

pytestmark = pytest.mark.timeout(300)  # a thousand examples of each, where there is time for them

Shape = tuple[int, int]
shapes = st.sampled_from([(1, 0), (1, 3), (1, 6), (1, 10), (2, 1), (2, 12), (2, 20)])
"""Words of a hash, and in how many bits near ones may differ."""


def families(rng: np.random.Generator, count: int, shape: Shape) -> Words:
    """Hashes of a few families, whose members differ in none to somewhat more bits than near ones may."""
    columns, radius = shape
    bits = rng.integers(0, 2, (rng.integers(1, 8), 64 * columns), dtype=np.uint8)
    bits = bits[rng.integers(0, len(bits), count)]
    for row in bits:
        row[rng.choice(64 * columns, rng.integers(0, radius + 3), replace=False)] ^= 1
    return np.packbits(bits, axis=1).view(np.uint64).reshape(count, columns)


def bits_apart(words: Words, other: Words) -> list[int]:
    return [sum(int(word).bit_count() for word in row) for row in words ^ other]


def stars_one_by_one(words: Words, radius: int, alike: NDArray[np.bool_]) -> list[int]:
    """What `led` says, read off its description."""
    leaders: list[int] = []
    for place in range(len(words)):
        bits = bits_apart(words[:place], words[place])
        before = (one for one in range(place) if leaders[one] == one and bits[one] <= radius and alike[one, place])
        leaders.append(next(before, place))
    return leaders


class Known:
    """A library whose pictures have the ranks of their places, and whose pairs are alike or not by chance."""

    def __init__(self, rng: np.random.Generator, count: int) -> None:
        self.rank = rng.permutation(count)
        unlike = np.triu(rng.random((count, count)) < 0.15, 1)
        self.pairs: NDArray[np.bool_] = ~(unlike | unlike.T)

    def ranks(self, images: Ids) -> NDArray[np.int64]:
        return np.stack((self.rank[images] // 3, self.rank[images]), axis=1)

    def alike(self, first: Ids, second: Ids, bits: Ids) -> NDArray[np.bool_]:
        return self.pairs[first, second]

    def groups(self, images: list[int], words: Words, radius: int) -> list[list[int]]:
        """The groups of these images, whose hashes are the rows of `words` by their ids."""
        ranked = sorted(images, key=lambda image: int(self.rank[image]))
        leaders = stars_one_by_one(words[ranked], radius, self.pairs[np.ix_(ranked, ranked)])
        behind: dict[int, list[int]] = {}
        for place, leader in enumerate(leaders):
            behind.setdefault(ranked[leader], []).extend([ranked[place]] if place != leader else [])
        return [[leader, *sorted(rest)] for leader, rest in sorted(behind.items()) if rest]


@given(seed=st.integers(0, 2**32), shape=shapes, count=st.integers(0, 120), data=st.data())
def test_the_index_finds_what_comparing_with_each_finds(
    seed: int, shape: Shape, count: int, data: st.DataObject
) -> None:
    rng = np.random.default_rng(seed)
    index, held = NearIndex(*shape), dict[int, Words]()
    for _ in range(data.draw(st.integers(1, 6))):
        images = rng.choice(200, min(count, 120), replace=False)
        if data.draw(st.booleans()):
            words = families(rng, len(images), shape)
            index.put(images, words)
            held |= dict(zip(images.tolist(), words, strict=True))
        else:
            index.drop(images)
            held = {image: word for image, word in held.items() if image not in set(images.tolist())}
        asked = families(rng, 3, shape) if not held else np.stack([held[one] for one in sorted(held)][:5])
        assert len(index) == len(held)
        expected = {
            (place, image, bits)
            for place, word in enumerate(asked)
            for image, bits in zip(held, bits_apart(np.array(list(held.values())), word) if held else [], strict=True)
            if bits <= shape[1]
        }
        found = list(zip(*(column.tolist() for column in index.near(asked)), strict=True))
        assert set(found) == expected
        assert found == sorted(found)


@given(seed=st.integers(0, 2**32), shape=shapes, count=st.integers(0, 90), at_once=st.integers(1, 200))
def test_stars_are_those_of_their_description(seed: int, shape: Shape, count: int, at_once: int) -> None:
    rng = np.random.default_rng(seed)
    words, known = families(rng, count, shape), Known(rng, count)
    expected = stars_one_by_one(words, shape[1], known.pairs)
    assert stars.led(words, shape[1], known.alike).tolist() == expected
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stars, "AT_ONCE", at_once)
        assert stars.led_by_kept(words, shape[1], known.alike).tolist() == expected


@given(seed=st.integers(0, 2**32), shape=shapes, count=st.integers(0, 60), each=st.sampled_from([0, 3, 10**6]))
def test_sorting_finds_the_pairs_that_comparing_each_with_each_finds(
    seed: int, shape: Shape, count: int, each: int
) -> None:
    words = families(np.random.default_rng(seed), count, shape)
    expected = pairs.each_with_each(words, shape[1])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pairs, "FEW", 0)
        patch.setattr(pairs, "CANDIDATES_EACH", each)
        patch.setattr(pairs, "FOUND_EACH", each)
        found = pairs.near_pairs(words, shape[1])
    if found is None:
        assert each < 10**6
    else:
        assert [column.tolist() for column in found] == [column.tolist() for column in expected]


@pytest.mark.parametrize("magnitude", [1, 9, 14, 20, 24])
@pytest.mark.parametrize("shape", [(1, 6), (1, 10), (2, 12), (2, 20)])
def test_no_scheme_misses_what_is_near(shape: Shape, magnitude: int) -> None:
    """However the bits that differ lie, the parts of one choice are free of them; the worst is one in each part."""
    found = pairs.scheme(64 * shape[0], shape[1], magnitude)
    choices = [set(chosen) for chosen in found.choices()]
    rng = np.random.default_rng(0)
    for _ in range(50):
        differing = set(rng.choice(found.parts, min(shape[1], found.parts), replace=False).tolist())
        assert any(not chosen & differing for chosen in choices)


@given(seed=st.integers(0, 2**32), shape=shapes, count=st.integers(1, 40), data=st.data())
def test_groups_kept_up_one_by_one_are_those_made_at_once(
    seed: int, shape: Shape, count: int, data: st.DataObject
) -> None:
    rng = np.random.default_rng(seed)
    words, known = families(rng, count, shape), Known(rng, count)
    groups, held = Groups(*shape), set(range(data.draw(st.integers(0, count))))
    groups.fill(known, np.array(sorted(held), np.int64), words[: len(held)])
    for image in data.draw(st.lists(st.integers(0, count - 1), max_size=40)):
        if image in held and data.draw(st.booleans()):
            gone = {image, data.draw(st.sampled_from(sorted(held)))}
            groups.drop(known, *gone)
            held -= gone
        else:
            known.rank[image] = data.draw(
                st.sampled_from((known.rank[image], known.rank.min() - 1, known.rank.max() + 1))
            )
            words[image] = families(rng, 1, shape)[0] if data.draw(st.booleans()) else words[image]
            groups.put(known, image, words[image])
            held.add(image)
        assert groups.groups() == known.groups(sorted(held), words, shape[1])
    whole = Groups(*shape)
    whole.fill(known, np.array(sorted(held), np.int64), words[sorted(held)])
    assert whole.groups() == groups.groups()
