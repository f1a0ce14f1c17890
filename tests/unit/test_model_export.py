"""The parts of an export that need no torch."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vaultd.cli.commands.model_export import default_name
from vaultd.models.bundled import find_packs, open_pack
from vaultd.models.encoder import normalise
from vaultd.models.export.agreement import are_distinct, top_agreement, worst_cosine
from vaultd.models.export.cut import NONSENSE, levels, nonsense_texts, probability
from vaultd.models.export.place import in_place, need_space
from vaultd.models.export.sample import BACKGROUND, PARITY, TEXTS, sample_of
from vaultd.models.onnx import OnnxTextEncoder
from vaultipc.errors import Conflict, DiskFull

Vectors = np.ndarray


def vectors(count: int, seed: int = 0, dimension: int = 16) -> Vectors:
    return normalise(np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32))


def test_a_model_agrees_with_itself() -> None:
    texts, pictures = vectors(32), vectors(64, 1)
    assert worst_cosine(texts, texts) == pytest.approx(1)
    assert top_agreement(texts, texts, pictures, pictures) == 1


def test_another_model_does_not_agree() -> None:
    assert worst_cosine(vectors(32), vectors(32, 2)) < 0.5
    assert top_agreement(vectors(32), vectors(32, 2), vectors(64, 1), vectors(64, 3)) < 0.5


def test_one_picture_told_wrongly_is_seen() -> None:
    found = vectors(32)
    found[7] = -found[7]
    assert worst_cosine(vectors(32), found) == pytest.approx(-1)


def test_answers_that_are_all_the_same_are_not_distinct() -> None:
    same = np.ones((5, 16), np.float32) * np.arange(1, 6, dtype=np.float32)[:, None]
    assert not are_distinct(same)
    assert are_distinct(vectors(5))


def test_the_derived_cut_leaves_nonsense_empty() -> None:
    background, nonsense = vectors(512, dimension=64), vectors(NONSENSE, 5, 64)
    cut = levels(nonsense, background, 100.0, 0.0)
    reached = (nonsense @ background.T).max(axis=1)
    assert (reached < cut.default.similarity).mean() >= 0.97
    assert cut.strict.similarity > cut.default.similarity > cut.loose.similarity
    assert cut.strict.reach > cut.default.reach > cut.loose.reach


def test_the_derived_cut_of_the_bundled_model_leaves_other_nonsense_empty_and_finds_dogs() -> None:
    pack = open_pack()
    encoder = OnnxTextEncoder(pack)
    cut = levels(encoder.embed(nonsense_texts()), pack.background, pack.manifest.logit_scale, pack.manifest.logit_bias)
    asked = encoder.embed(["qwzrtpl", "vobuka mitre", "dog"]) @ pack.background.T
    high = asked >= asked.mean(axis=1, keepdims=True) + cut.default.z * asked.std(axis=1, keepdims=True)
    kept = high & (asked >= cut.default.similarity)
    assert kept.sum(axis=1).tolist()[:2] == [0, 0]
    assert kept[2].sum() > 10


def test_a_model_without_a_bias_claims_no_probability() -> None:
    assert probability(0.3, 100.0, 0.0) == 0
    assert probability(0.1, 100.0, -10.0) == pytest.approx(0.5)
    assert 0 <= probability(-1.0, 1000.0, -10.0) < 1e-9


def test_nonsense_is_the_same_each_time_and_each_text_another() -> None:
    assert nonsense_texts() == nonsense_texts()
    assert len(set(nonsense_texts())) == NONSENSE


def test_the_texts_to_try_a_model_with_are_as_many_as_it_takes() -> None:
    assert len(set(TEXTS)) == PARITY


def test_a_finished_folder_takes_its_name_and_nothing_else_stays(tmp_path: Path) -> None:
    with in_place(tmp_path / "packs" / "b32", replace=False) as folder:
        (folder / "file").write_text("whole")
        assert not (tmp_path / "packs" / "b32").exists()
    assert (tmp_path / "packs" / "b32" / "file").read_text() == "whole"
    assert [path.name for path in (tmp_path / "packs").iterdir()] == ["b32"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_a_folder_that_is_not_finished_is_gone(tmp_path: Path, error: type[BaseException]) -> None:
    def half() -> None:
        with in_place(tmp_path / "b32", replace=False) as folder:
            (folder / "file").write_text("half")
            raise error

    with pytest.raises(error):
        half()
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_replaced_only_if_asked(tmp_path: Path) -> None:
    (tmp_path / "b32").mkdir()
    (tmp_path / "b32" / "old").touch()
    with pytest.raises(Conflict, match="exists"), in_place(tmp_path / "b32", replace=False):
        raise AssertionError("not reached")
    with in_place(tmp_path / "b32", replace=True) as folder:
        (folder / "new").touch()
        assert (tmp_path / "b32" / "old").exists()
    assert [path.name for path in (tmp_path / "b32").iterdir()] == ["new"]
    assert [path.name for path in tmp_path.iterdir()] == ["b32"]


def test_what_a_killed_export_left_goes_with_the_next_one(tmp_path: Path) -> None:
    (tmp_path / ".b32.99999999").mkdir()
    (tmp_path / f".b32.{os.getppid()}").mkdir()
    with in_place(tmp_path / "b32", replace=False):
        pass
    assert sorted(path.name for path in tmp_path.iterdir()) == [f".b32.{os.getppid()}", "b32"]
    assert set(find_packs(tmp_path)) == {"mini"}


def test_too_little_space_is_told_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(DiskFull, match="GB are free"):
        need_space(tmp_path, 10**18)


def test_too_few_pictures_are_replaced_by_drawn_ones(tmp_path: Path) -> None:
    assert not sample_of([]).photographs
    for number in range(3):
        Image.new("RGB", (8, 8)).save(tmp_path / f"{number}.png")
    assert not sample_of([tmp_path]).photographs


def test_pictures_of_folders_are_the_sample_and_what_is_none_is_passed_over(tmp_path: Path) -> None:
    for number in range(2 * PARITY):
        Image.new("RGB", (40, 30), (number, 0, 0)).save(tmp_path / f"{number}.png")
        (tmp_path / f"{number}.jpg").write_bytes(b"no picture")
        (tmp_path / f"{number}.txt").write_bytes(b"no picture")
    sample = sample_of([tmp_path])
    assert sample.photographs
    assert len(list(sample.pictures())) == 2 * PARITY
    batches = list(sample.batches(open_pack().manifest))
    assert sum(map(len, batches)) == 2 * PARITY
    assert batches[0].shape == (8, 3, *open_pack().manifest.image_size)


def test_drawn_pictures_all_differ() -> None:
    pictures = sample_of([]).pictures()
    some = {next(pictures).tobytes() for _ in range(PARITY)}
    assert len(some) == PARITY < BACKGROUND


@pytest.mark.parametrize(
    ("architecture", "pretrained", "name"),
    [
        ("ViT-B-32", "laion2b_s34b_b79k", "vit-b-32-laion2b_s34b_b79k"),
        ("ViT-B-32", "/home/me/My Weights.pt", "vit-b-32-my-weights"),
        ("hf-hub:timm/ViT-B-16-SigLIP2", "", "vit-b-16-siglip2"),
        ("/home/me/own/config.json", "", "config"),
        ("...", "", "model"),
    ],
)
def test_a_pack_is_named_after_its_model(architecture: str, pretrained: str, name: str) -> None:
    assert default_name(architecture, pretrained) == name
