"""What every vector index promises, over every implementation."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from vaultd.index import growing
from vaultd.index.exact import ExactIndex
from vaultd.index.growing import WASTE, GrowingIndex
from vaultd.index.kept import Owner
from vaultd.index.vector import Ids, VectorIndex, Vectors

DIMENSION = 16
Make: TypeAlias = Callable[[int], VectorIndex]


class Suited(GrowingIndex):
    """Suits itself to its size after every change, as its follower would make it."""

    def put(self, images: Ids, vectors: Vectors) -> None:
        super().put(images, vectors)
        self.compact()

    def drop(self, images: Ids) -> None:
        super().drop(images)
        self.compact()


def _flat(dimension: int) -> VectorIndex:
    return GrowingIndex(dimension)


def _sketches(dimension: int) -> VectorIndex:
    return Suited(dimension, limit=0)


def _changing(dimension: int) -> VectorIndex:
    return Suited(dimension, limit=7)


NAMED: dict[str, Make] = {"flat": _flat, "sketches": _sketches, "changing": _changing, "numpy": ExactIndex}
IMPLEMENTATIONS = list(NAMED.values())


@pytest.fixture(autouse=True)
def first_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """Codes are asked even where a handful of vectors would be compared at once."""
    monkeypatch.setattr(growing, "FIRST_LOOK", 8)
    monkeypatch.setattr(growing, "ONE_BY_ONE", 4)


@pytest.fixture(params=IMPLEMENTATIONS, ids=list(NAMED))
def index(request: pytest.FixtureRequest) -> VectorIndex:
    made: VectorIndex = request.param(DIMENSION)
    return made


def _vectors(count: int, seed: int = 0) -> NDArray[np.float32]:
    """Such as half floats hold exactly, so that implementations cannot differ by rounding."""
    rows = np.random.default_rng(seed).normal(size=(count, DIMENSION))
    halves: NDArray[np.float16] = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16)
    return halves.astype(np.float32)


def _ids(*images: int) -> NDArray[np.int64]:
    return np.array(images, np.int64)


def test_an_empty_index_has_nothing_near(index: VectorIndex) -> None:
    images, similarities = index.nearest(_vectors(1)[0], 5)
    assert len(images) == len(similarities) == len(index) == 0
    assert index.contents()[1].shape == (0, DIMENSION)


def test_the_nearest_come_first_with_their_inner_products(index: VectorIndex) -> None:
    rows = _vectors(50)
    index.put(np.arange(100, 150), rows)
    images, similarities = index.nearest(rows[7], 10)
    expected = rows @ rows[7]
    assert images.tolist() == (100 + np.argsort(-expected)[:10]).tolist()
    np.testing.assert_allclose(similarities, np.sort(expected)[::-1][:10], atol=1e-3)


def test_equal_ones_are_ordered_by_image(index: VectorIndex) -> None:
    rows = np.repeat(_vectors(1), 4, axis=0)
    index.put(_ids(9, 3, 7, 5), rows)
    assert index.nearest(rows[0], 4)[0].tolist() == [3, 5, 7, 9]


def test_putting_again_replaces(index: VectorIndex) -> None:
    rows = _vectors(2)
    index.put(_ids(1), rows[:1])
    index.put(_ids(1), rows[1:])
    assert len(index) == 1
    assert index.nearest(rows[1], 5)[1] == pytest.approx([1.0], abs=1e-2)


def test_what_was_dropped_is_not_found(index: VectorIndex) -> None:
    rows = _vectors(3)
    index.put(_ids(1, 2, 3), rows)
    index.drop(_ids(2, 99))
    assert sorted(index.nearest(rows[1], 5)[0].tolist()) == [1, 3]
    assert len(index) == 2


def test_only_images_among_those_given_are_found(index: VectorIndex) -> None:
    rows = _vectors(20)
    index.put(np.arange(20), rows)
    index.drop(_ids(4))
    assert sorted(index.nearest(rows[0], 9, _ids(3, 4, 5, 700, -1))[0].tolist()) == [3, 5]
    assert index.nearest(rows[0], 9, _ids())[0].tolist() == []


def test_only_what_reaches_a_cut_is_found(index: VectorIndex) -> None:
    rows = _vectors(60)
    index.put(np.arange(60), rows)
    index.drop(_ids(11))
    expected = rows @ rows[7]
    expected[11] = -1
    best = np.argsort(-expected, kind="stable")
    cut = float(expected[best[20]]) - 1e-4
    images, similarities = index.reaching(rows[7], cut)
    assert images.tolist() == best[:21].tolist()
    assert (similarities >= cut).all()
    assert index.reaching(rows[7], cut, 5)[0].tolist() == best[:5].tolist()
    assert set(index.reaching(rows[7], cut, None, best[15:30])[0].tolist()) == set(best[15:21].tolist())
    assert index.reaching(rows[7], 1.5)[0].tolist() == []


def test_the_similarity_of_any_picture_can_be_asked(index: VectorIndex) -> None:
    rows = _vectors(10)
    index.put(np.arange(10), rows)
    index.drop(_ids(3))
    images, similarities = index.similarities(_ids(9, 3, 700, 0), rows[1])
    assert images.tolist() == [9, 0]
    np.testing.assert_allclose(similarities, (rows @ rows[1])[[9, 0]], atol=1e-5)


def test_compacting_changes_no_answer(index: VectorIndex) -> None:
    rows = _vectors(3 * WASTE)
    images = np.arange(3 * WASTE)
    index.put(images, rows)
    index.drop(images[: 2 * WASTE])
    before = index.nearest(rows[-1], 50)
    index.compact()
    after = index.nearest(rows[-1], 50)
    assert before[0].tolist() == after[0].tolist()
    assert len(index) == WASTE
    index.put(images[:1], rows[:1])
    assert index.nearest(rows[0], 1)[0].tolist() == [0]


def test_clearing_forgets_everything(index: VectorIndex) -> None:
    index.put(_ids(1), _vectors(1))
    index.clear()
    assert len(index) == 0
    index.put(_ids(1), _vectors(1))
    assert len(index) == 1


STEPS = st.lists(
    st.tuples(st.sampled_from(["put", "drop", "compact"]), st.sets(st.integers(0, 30), min_size=1, max_size=8)),
    max_size=15,
)


@pytest.mark.parametrize("make", IMPLEMENTATIONS, ids=list(NAMED))
@settings(max_examples=40)
@given(steps=STEPS)
def test_any_history_ends_in_what_was_put_last(make: Make, steps: list[tuple[str, set[int]]]) -> None:
    index, truth = make(DIMENSION), dict[int, NDArray[np.float32]]()
    for number, (step, chosen) in enumerate(steps):
        images = np.array(sorted(chosen), np.int64)
        if step == "put":
            rows = _vectors(len(images), seed=number)
            index.put(images, rows)
            truth.update(zip(images.tolist(), rows, strict=True))
        elif step == "drop":
            index.drop(images)
            truth = {image: row for image, row in truth.items() if image not in chosen}
        else:
            index.compact()
    held, halves = index.contents()
    assert sorted(held.tolist()) == sorted(truth)
    assert len(index) == len(truth)
    assert all((truth[image] == half).all() for image, half in zip(held.tolist(), halves, strict=True))
    assert sorted(index.nearest(_vectors(1, 99)[0], 100)[0].tolist()) == sorted(truth)


def _truth(rows: NDArray[np.float32], vector: NDArray[np.float32], count: int) -> set[int]:
    return set(np.argsort(-(rows @ vector))[:count].tolist())


def test_codes_find_what_a_whole_comparison_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growing, "FIRST_LOOK", 200)
    rng = np.random.default_rng(3)
    spread = 1 / np.sqrt(np.arange(1, 65))  # some directions say more than others, as with real models
    middles = rng.normal(size=(50, 64)) * spread
    rows = middles[rng.integers(0, 50, 20_000)] + 0.5 * rng.normal(size=(20_000, 64)) * spread + 0.5
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16).astype(np.float32)
    index = Suited(64, limit=1000)
    index.put(np.arange(len(rows)), rows)
    asked = rows[rng.integers(0, len(rows), 40)]
    assert index.kind == "sketches"
    right = [len(_truth(rows, one, 10) & set(index.nearest(one, 10)[0].tolist())) for one in asked]
    assert sum(right) >= 0.98 * 10 * len(asked)
    cut = float(np.sort(rows @ asked[0])[-300])
    images, similarities = index.reaching(asked[0], cut)
    assert len(images) >= 295
    assert (similarities >= cut).all()
    np.testing.assert_allclose(similarities, (rows @ asked[0])[images], atol=1e-5)


@pytest.mark.parametrize("dead", [0.1, 0.9])
def test_deleting_the_nearest_ones_shows_those_behind_them(dead: float) -> None:
    rows = _vectors(5000)
    index = Suited(DIMENSION, limit=100)
    index.put(np.arange(5000), rows)
    gone = np.argsort(-(rows @ rows[0]))[: int(dead * 5000)]
    GrowingIndex.drop(index, gone)  # tombstones, not yet compacted
    left = np.setdiff1d(np.arange(5000), gone)
    expected = left[np.argsort(-(rows[left] @ rows[0]), kind="stable")[:20]]
    assert index.nearest(rows[0], 20)[0].tolist() == expected.tolist()
    index.compact()
    assert index.nearest(rows[0], 20)[0].tolist() == expected.tolist()


def test_questions_are_answered_while_the_index_changes_its_kind(tmp_path: Path) -> None:
    rows = _vectors(12_000)
    index = GrowingIndex(DIMENSION, tmp_path / "one.vectors", limit=1000)
    index.put(np.arange(500), rows[:500])
    index.keep(Owner("g", "m", DIMENSION), 1)
    asked, wrong, kinds, ended = [0], [0], set[str](), threading.Event()

    def ask() -> None:
        while not ended.is_set():
            kinds.add(index.kind)
            images, similarities = index.nearest(rows[0], 5)
            wrong[0] += len(images) != 5 or images[0] != 0 or abs(float(similarities[0]) - 1) > 0.01
            asked[0] += 1

    askers = [threading.Thread(target=ask) for _ in range(2)]
    for asker in askers:
        asker.start()
    for start in range(500, 12_000, 500):
        index.put(np.arange(start, start + 500), rows[start : start + 500])
        index.compact()
        index.keep(Owner("g", "m", DIMENSION), start)
    for start in range(1, 12_000, 500):  # and back again
        index.drop(np.arange(start, start + 499))
        index.compact()
        index.keep(Owner("g", "m", DIMENSION), start)
    ended.set()
    for asker in askers:
        asker.join()
    assert kinds == {"flat", "sketches"}
    assert wrong == [0]
    assert asked[0] > 10
    assert index.kind == "flat"
