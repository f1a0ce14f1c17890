"""Pictures that are alike by their vectors: groups beside those of the same picture, and kept up like these."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from support.shelf import DIMENSION, Shelf, Vector, towards
from vaultd.catalog.store import position
from vaultd.duplicates import cells
from vaultd.duplicates.similar import Seen, SimilarPictures, cut_of, led
from vaultd.index.exact import ExactIndex

RNG = np.random.default_rng(5)
BACKGROUND = np.stack([towards(f"thing {number}") for number in range(300)])


class Library:
    """A shelf, and an index that follows it."""

    def __init__(self, folder: Path) -> None:
        self.shelf = Shelf(folder)
        self.index = ExactIndex(DIMENSION)
        self.pictures = SimilarPictures()

    def put(self, name: str, vector: Vector, pixels: tuple[int, int] = (640, 480)) -> int:
        image = self.shelf.image(name, vector=vector, pixels=pixels)
        self.index.put(np.array([image]), vector[None])
        return image

    def groups(self, same: list[list[int]] | None = None) -> list[list[int]]:
        """As they are kept up, and as they are made anew."""
        with self.shelf.catalog.read() as sql:
            seen = Seen(self.shelf.model, self.index, position(sql), BACKGROUND)
            kept = self.pictures.groups(sql, seen, same or [])
            assert kept == SimilarPictures().groups(sql, seen, same or [])
        return kept


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = Library(tmp_path)
    yield library
    library.shelf.close()


def near(vector: Vector, distance: float = 0.02) -> Vector:
    moved = vector + distance * RNG.normal(size=DIMENSION).astype(np.float32) / DIMENSION**0.5
    found: Vector = (moved / np.linalg.norm(moved)).astype(np.float32)
    return found


def test_shots_of_a_burst_are_one_group_the_best_first_and_other_pictures_none(library: Library) -> None:
    goal = towards("goal")
    small, large = library.put("a", goal, (300, 200)), library.put("b", near(goal), (900, 600))
    library.put("c", towards("dog"))
    assert library.groups() == [[large, small]]


def test_a_copy_of_a_shot_is_in_its_own_kind_of_group_only(library: Library) -> None:
    goal = towards("goal")
    first, second = library.put("a", goal), library.put("b", near(goal))
    copy = library.put("c", goal, (100, 75))
    assert library.groups([[first, copy]]) == [[first, second]]
    assert library.groups() == [[first, second, copy]]
    assert library.groups([[first, second, copy]]) == []


def test_groups_follow_what_comes_and_goes(library: Library) -> None:
    goal = towards("goal")
    first = library.put("a", goal, (300, 200))
    assert library.groups() == []
    made = library.pictures._groups
    second = library.put("b", near(goal), (600, 400))
    assert library.groups() == [[second, first]]
    best = library.put("c", near(goal), (1200, 800))
    assert library.groups() == [[best, first, second]]
    library.shelf.lose(best)
    assert library.groups() == [[second, first]]
    assert library.pictures._groups is made, "nothing was grouped anew"


def test_what_the_index_does_not_hold_yet_comes_when_it_does(library: Library) -> None:
    goal = towards("goal")
    first = library.put("a", goal)
    assert library.groups() == []
    late = library.shelf.image("b", vector=near(goal))
    with library.shelf.catalog.read() as sql:
        behind = Seen(library.shelf.model, library.index, position(sql) - 2, BACKGROUND)
        assert library.pictures.groups(sql, behind, []) == []
    library.index.put(np.array([late]), near(goal)[None])
    assert library.groups() == [[first, late]]


def test_the_cut_follows_the_model_s_own_scale() -> None:
    wide = BACKGROUND + 3 * towards("all alike")
    wide /= np.linalg.norm(wide, axis=1, keepdims=True)
    assert cut_of(BACKGROUND) < cut_of(wide) < 1


def test_among_many_nearly_all_pairs_are_found_in_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = RNG.normal(size=(3000, 32)).astype(np.float32)
    vectors[2500:] = vectors[:500] + 0.1 * RNG.normal(size=(500, 32))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    every = set(zip(*map(np.ndarray.tolist, cells.pairs(vectors, 0.95)), strict=True))
    assert len(every) >= 490
    monkeypatch.setattr(cells, "EXACT", 100)
    found = set(zip(*map(np.ndarray.tolist, cells.pairs(vectors, 0.95)), strict=True))
    assert found <= every
    assert len(found) > 0.97 * len(every)


def test_thousands_that_are_all_alike_are_one_group_soon() -> None:
    vectors = np.tile(towards("black"), (3000, 1))
    assert set(led(vectors, 0.99).tolist()) == {0}


def test_thousands_of_frames_of_a_few_scenes_do_not_fall_apart_into_many_groups(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scenes = np.stack([towards(f"scene {number}") for number in range(5)])
    frames = np.stack([near(scenes[number]) for number in RNG.integers(0, len(scenes), 3000)])
    assert len(np.unique(led(frames, 0.98))) == len(scenes), "each compared with each"
    monkeypatch.setattr(cells, "EXACT", 1000)
    leaders = led(frames, 0.98)
    assert len(np.unique(leaders)) < 3 * len(scenes)
    assert (np.einsum("ij,ij->i", frames, frames[leaders]) >= 0.98).all(), "each is like the one it stands behind"
    assert (leaders[leaders] == leaders).all(), "which stands behind none"
