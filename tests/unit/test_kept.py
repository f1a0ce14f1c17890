"""A vector index on disk is taken up as it was, or not at all; and it only grows."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from vaultd.index import growing
from vaultd.index.growing import GrowingIndex
from vaultd.index.kept import Owner, Unusable

DIMENSION = 16
OURS = Owner("g", "mini 1", DIMENSION)
LIMIT = 30
"""The index of 20 pictures is flat, that of 100 is not."""


def _vectors(count: int, seed: int = 0) -> NDArray[np.float32]:
    rows = np.random.default_rng(seed).normal(size=(count, DIMENSION))
    halves: NDArray[np.float16] = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16)
    return halves.astype(np.float32)


def _index(folder: Path, count: int) -> GrowingIndex:
    made = GrowingIndex(DIMENSION, folder, LIMIT)
    made.put(np.arange(count), _vectors(count))
    made.compact()
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index" / "vectors-1.vectors"


@pytest.fixture(params=[0, 20, 100], ids=["empty", "flat", "sketches"])
def kept(request: pytest.FixtureRequest, folder: Path) -> GrowingIndex:
    made = _index(folder, request.param)
    made.keep(OURS, 7)
    return made


def _restored(folder: Path) -> GrowingIndex:
    read = GrowingIndex(DIMENSION, folder, LIMIT)
    read.restore(OURS)
    read.check()
    return read


def _same(one: GrowingIndex, other: GrowingIndex) -> bool:
    (images, halves), (others, other_halves) = one.contents(), other.contents()
    nearest = [index.nearest(_vectors(1, 9)[0], 5)[0].tolist() for index in (one, other)]
    return images.tolist() == others.tolist() and bool((halves == other_halves).all()) and nearest[0] == nearest[1]


def test_what_was_kept_is_read_again(kept: GrowingIndex, folder: Path) -> None:
    read = GrowingIndex(DIMENSION, folder, LIMIT)
    assert read.restore(OURS) == 7
    read.check()
    assert _same(read, kept)
    assert read.kind == kept.kind
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_changes_after_a_restart_are_kept_too(kept: GrowingIndex, folder: Path) -> None:
    kept.restore(OURS)
    kept.drop(np.arange(0, 100, 3))
    kept.put(np.array([3, 500]), _vectors(2, 5))
    kept.keep(OURS, 9)
    read = GrowingIndex(DIMENSION, folder, LIMIT)
    assert read.restore(OURS) == 9
    assert _same(read, kept)


def test_keeping_one_more_costs_what_one_costs(folder: Path) -> None:
    index = _index(folder, 2000)
    index.keep(OURS, 1)
    before = {path.name: (path.stat().st_ino, path.stat().st_size) for path in folder.iterdir()}
    index.put(np.array([5000]), _vectors(1, 5))
    index.drop(np.array([3]))
    index.keep(OURS, 2)
    grown = {path.name: path.stat().st_size - before[path.name][1] for path in folder.iterdir()}
    assert all(path.stat().st_ino == before[path.name][0] for path in folder.iterdir() if path.name != "state.json")
    assert sum(abs(size) for size in grown.values()) < 200


def test_what_is_not_kept_is_not_there_after_a_restart(kept: GrowingIndex, folder: Path) -> None:
    held = len(kept)
    kept.put(np.array([1000]), _vectors(1, 5))
    kept.spill()
    read = GrowingIndex(DIMENSION, folder, LIMIT)
    read.restore(OURS)
    assert len(read) == held
    read.put(np.array([2000]), _vectors(1, 6))
    read.keep(OURS, 8)
    assert GrowingIndex(DIMENSION, folder, LIMIT).restore(OURS) == 8


def test_making_it_anew_leaves_no_old_files(folder: Path) -> None:
    index = _index(folder, 20)
    index.keep(OURS, 1)
    index.put(np.arange(20, 100), _vectors(80, 3))
    index.compact()
    assert index.kind == "sketches"
    assert GrowingIndex(DIMENSION, folder, LIMIT).restore(OURS) == 1
    index.keep(OURS, 2)
    numbers = {path.name.rpartition(".")[2] for path in folder.iterdir()}
    assert numbers == {"json", "1"}
    assert GrowingIndex(DIMENSION, folder, LIMIT).restore(OURS) == 2


@pytest.mark.parametrize(
    "owner", [Owner("other", "mini 1", DIMENSION), Owner("g", "mini 2", DIMENSION), Owner("g", "mini 1", 8)]
)
def test_an_index_of_something_else_is_refused(kept: GrowingIndex, folder: Path, owner: Owner) -> None:
    with pytest.raises(Unusable, match="another"):
        GrowingIndex(owner.dimension, folder).restore(owner)


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "torn": lambda data: data[: len(data) // 2],
    "empty": lambda data: b"",
    "first byte": lambda data: bytes([data[0] ^ 1]) + data[1:],
    "middle byte": lambda data: data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1 :],
    "last byte": lambda data: data[:-1] + bytes([data[-1] ^ 1]),
}
PARTS = ["state.json", "images.0", "halves.0", "state.json", "images.1", "halves.1", "codes.1", "basis.1"]


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=list(DAMAGES))
@pytest.mark.parametrize(("count", "part"), [*((20, part) for part in PARTS[:3]), *((100, part) for part in PARTS[3:])])
def test_a_damaged_part_is_noticed(folder: Path, count: int, part: str, damage: Callable[[bytes], bytes]) -> None:
    _index(folder, count).keep(OURS, 7)
    path = folder / part
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(Unusable):
        _restored(folder)


@pytest.mark.parametrize("part", PARTS[4:])
def test_a_missing_part_is_noticed(folder: Path, part: str) -> None:
    _index(folder, 100).keep(OURS, 7)
    (folder / part).unlink()
    with pytest.raises(Unusable):
        GrowingIndex(DIMENSION, folder, LIMIT).restore(OURS)


def test_bytes_beyond_what_counts_are_cut_off(kept: GrowingIndex, folder: Path) -> None:
    for path in folder.iterdir():
        if path.name != "state.json":
            with path.open("ab") as file:
                file.write(b"a torn append")
    read = GrowingIndex(DIMENSION, folder, LIMIT)
    assert read.restore(OURS) == 7
    read.check()
    assert _same(read, kept)


def test_a_missing_folder_and_a_file_of_an_older_version_are_refused_and_replaced(folder: Path) -> None:
    with pytest.raises(Unusable, match="cannot be read"):
        GrowingIndex(DIMENSION, folder).restore(OURS)
    folder.parent.mkdir(parents=True)
    folder.write_bytes(b"{}\n")
    with pytest.raises(Unusable, match="cannot be read"):
        GrowingIndex(DIMENSION, folder).restore(OURS)
    _index(folder, 20).keep(OURS, 1)
    assert GrowingIndex(DIMENSION, folder).restore(OURS) == 1


def test_a_killed_append_leaves_the_state_before_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = _index(folder, 100)
    index.keep(OURS, 1)
    index.put(np.array([1000]), _vectors(1, 5))

    def power_cut(descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", power_cut)
    with pytest.raises(KeyboardInterrupt):
        index.keep(OURS, 2)
    monkeypatch.undo()
    read = GrowingIndex(DIMENSION, folder, LIMIT)
    assert read.restore(OURS) == 1
    assert len(read) == 100


def test_a_fresh_basis_is_made_when_the_library_has_outgrown_the_old_one(folder: Path) -> None:
    index = _index(folder, 100)
    first = index._body.basis
    index.put(np.arange(100, 350), _vectors(250, 3))
    index.compact()
    assert index._body.basis is first
    index.put(np.arange(350, 100 * growing.OUTGROWN), _vectors(100 * growing.OUTGROWN - 350, 4))
    index.compact()
    assert index._body.basis is not first
    assert len(index) == 100 * growing.OUTGROWN
