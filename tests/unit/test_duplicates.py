"""Groups of duplicates: what belongs together, what never does, and which copy is the best."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from vaultd.catalog.copies import Copies
from vaultd.duplicates import best, pairs, similar
from vaultd.duplicates.groups import Groups
from vaultd.duplicates.keys import apart
from vaultd.duplicates.near import NearIndex
from vaultd.duplicates.stars import led, led_by_kept
from vaultd.index.vector import Ids

MEGAPIXEL = 1_000_000


def always(first: Ids, second: Ids, bits: Ids) -> NDArray[np.bool_]:
    return np.ones(len(first), np.bool_)


def words_of(*ones: int) -> NDArray[np.uint64]:
    """Hashes [n, 1] whose lowest bits, so many, are set."""
    return np.array([[(1 << count) - 1] for count in ones], np.uint64)


def ordered(*copies: tuple[int, str, int, int, int]) -> list[int]:
    """The places of copies (pixels, type, facts told, bytes, since), the best first."""
    pixels, types, told, size, since = zip(*copies, strict=True)
    numbers = (np.array(column, np.int64) for column in (pixels, told, size, since))
    of_pixels, of_told, of_bytes, of_since = numbers
    plain = np.zeros(len(copies), np.int64)
    given = Copies(np.arange(len(copies)), of_pixels, types, of_told, of_bytes, of_since, plain)
    return [int(place) for place in best.order(best.ranks(given))]


def test_a_chain_of_small_steps_ties_nothing_together_that_is_far_apart() -> None:
    leaders = led(words_of(0, 5, 10, 15, 20), 6, always)
    assert leaders.tolist() == [0, 0, 2, 2, 4]


def test_what_is_like_a_member_only_stays_by_itself() -> None:
    assert led(words_of(0, 6, 12), 6, always).tolist() == [0, 0, 2]


def test_near_hashes_of_different_pictures_tie_nothing_together() -> None:
    differ = led(words_of(0, 1, 2), 6, lambda first, second, bits: bits > 1)
    assert differ.tolist() == [0, 1, 0]


def test_thousands_of_copies_of_one_picture_are_one_group() -> None:
    rng = np.random.default_rng(3)
    words = rng.integers(0, 2**64, (6000, 2), dtype=np.uint64)
    flood = rng.choice(6000, 4000, replace=False)
    words[flood] = words[flood[0]]
    words[flood, 1] ^= np.uint64(1) << rng.integers(0, 64, len(flood), dtype=np.uint64)
    assert pairs.near_pairs(words, 12) is None
    leaders = led(words, 12, always)
    assert set(leaders[flood].tolist()) == {int(flood.min())}
    assert (np.delete(leaders, flood) == np.delete(np.arange(6000), flood)).all()
    assert (led_by_kept(words, 12, always) == leaders).all()


def test_an_index_that_is_changed_for_ever_does_not_grow_for_ever() -> None:
    rng = np.random.default_rng(0)
    index, images = NearIndex(1, 6), np.arange(500)
    rounds = rng.integers(0, 2**64, (20, 500, 1), dtype=np.uint64)
    for words in rounds:
        index.put(images, words)
    assert len(index) == 500
    assert len(index._words) <= 2500
    asked, found, bits = index.near(rounds[-1])
    assert (asked == found).sum() == 500
    assert bits[asked == found].max() == 0


def test_bits_are_counted_alike_by_every_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = np.random.default_rng(0).integers(0, 2**64, (2, 50, 2), dtype=np.uint64)
    expected = [sum(int(word).bit_count() for word in row) for row in one ^ other]
    assert apart(one, other).tolist() == expected
    monkeypatch.delattr(np, "bitwise_count", raising=False)  # as before NumPy 2
    assert apart(one, other).tolist() == expected


def test_an_empty_index_finds_nothing() -> None:
    index = NearIndex(2, 12)
    assert [len(column) for column in index.near(np.zeros((3, 2), np.uint64))] == [0, 0, 0]
    assert [len(column) for column in index.near(np.zeros((0, 2), np.uint64))] == [0, 0, 0]


class Ranked:
    """A library in which the smaller id is the better copy, and near hashes are of the same picture."""

    def __init__(self) -> None:
        self.asked = 0

    def ranks(self, images: Ids) -> best.Ranks:
        self.asked += len(images)
        return images[:, None]

    def alike(self, first: Ids, second: Ids, bits: Ids) -> NDArray[np.bool_]:
        return always(first, second, bits)


def test_a_better_copy_takes_the_lead_and_gives_it_back_when_it_goes() -> None:
    library, groups = Ranked(), Groups(1, 6)
    groups.fill(library, np.array([5, 7]), words_of(3, 4))
    assert groups.groups() == [[5, 7]]
    groups.put(library, 1, words_of(2)[0])
    assert groups.groups() == [[1, 5, 7]]
    groups.drop(library, 1)
    assert groups.groups() == [[5, 7]]
    groups.drop(library, 7)
    assert groups.groups() == []
    assert groups.leader(5) == 5


def test_who_led_a_group_may_be_led_and_its_members_look_for_another() -> None:
    library, groups = Ranked(), Groups(1, 6)
    groups.fill(library, np.array([5, 7, 9]), words_of(6, 12, 30))
    groups.put(library, 1, words_of(0)[0])  # the same as 5, and not as 7
    assert groups.groups() == [[1, 5]]
    groups.put(library, 3, words_of(14)[0])
    assert groups.groups() == [[1, 5], [3, 7]]


@pytest.mark.parametrize("others", [100, 4000])
def test_another_picture_costs_the_same_beside_any_number(others: int) -> None:
    library, rng = Ranked(), np.random.default_rng(1)
    groups = Groups(2, 12)
    groups.fill(library, np.arange(10, others + 10), rng.integers(0, 2**64, (others, 2), dtype=np.uint64))
    library.asked = 0
    word = rng.integers(0, 2**64, 2, dtype=np.uint64)
    groups.put(library, 1, word)
    groups.put(library, 2, word)
    groups.drop(library, 1)
    assert groups.groups() == []
    assert library.asked <= 10


def test_resolution_decides_before_everything_else() -> None:
    assert ordered((3 * MEGAPIXEL, "image/png", 9, 9_000_000, 1), (12 * MEGAPIXEL, "image/gif", 0, 5000, 2)) == [1, 0]


def test_a_few_more_pixels_are_no_better_resolution() -> None:
    camera, sent_on = (12_000_000, "image/jpeg", 5, 4_000_000, 1), (12_100_000, "image/jpeg", 0, 900_000, 2)
    assert ordered(sent_on, camera) == [1, 0]


def test_raw_is_better_than_what_was_made_of_it() -> None:
    raw, made = (11_900_000, "image/x-adobe-dng", 3, 9_000_000, 1), (12_000_000, "image/jpeg", 8, 5_000_000, 1)
    assert ordered(made, raw) == [1, 0]


def test_a_jpeg_that_says_where_it_comes_from_is_better_than_a_png_made_of_it() -> None:
    jpeg, png = (MEGAPIXEL, "image/jpeg", 4, 300_000, 1), (MEGAPIXEL, "image/png", 0, 1_500_000, 2)
    assert ordered(png, jpeg) == [1, 0]


def test_of_two_that_say_as_much_the_lossless_one_is_better_then_the_larger_then_the_older() -> None:
    png, jpeg = (MEGAPIXEL, "image/png", 0, 900_000, 9), (MEGAPIXEL, "image/jpeg", 0, 990_000, 1)
    assert ordered(jpeg, png) == [1, 0]
    large, small = (MEGAPIXEL, "image/jpeg", 0, 400_000, 9), (MEGAPIXEL, "image/jpeg", 0, 90_000, 1)
    assert ordered(small, large) == [1, 0]
    old, new = (MEGAPIXEL, "image/jpeg", 0, 90_000, 1), (MEGAPIXEL, "image/jpeg", 0, 90_000, 2)
    assert ordered(new, old) == [1, 0]


def test_equal_copies_are_always_in_the_same_order() -> None:
    same = (MEGAPIXEL, "image/jpeg", 0, 90_000, 1)
    assert ordered(same, same, same) == [0, 1, 2]


def clear_cut(alike: NDArray[np.float32]) -> float:
    """A cut that about one in seventy reaches, and that rounding takes nobody across."""
    values = np.unique(alike[alike > np.quantile(alike, 0.985)])[:200]
    widest = int(np.diff(values).argmax())
    return float(values[widest : widest + 2].mean())


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_similar_pictures_stand_behind_the_first_that_they_are_like(dtype: type) -> None:
    rng = np.random.default_rng(2)
    centres = rng.normal(size=(40, 64))
    vectors = centres[rng.integers(0, 40, 700)] + 0.15 * rng.normal(size=(700, 64))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(dtype)
    alike = vectors.astype(np.float32) @ vectors.astype(np.float32).T
    cut = clear_cut(alike)
    expected: list[int] = []
    for row in range(len(vectors)):
        before = (one for one in range(row) if expected[one] == one and alike[one, row] >= cut)
        expected.append(next(before, row))
    assert len(set(expected)) < 600
    assert similar.led(vectors, cut).tolist() == expected
