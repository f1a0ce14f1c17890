"""The exported towers answer like the trained ones."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from support.installed import missing
from vaultd.demo.palette import COLOURS
from vaultd.demo.scene import Scene, draw
from vaultd.demo.things import THINGS
from vaultd.models.bundled import BUNDLED
from vaultd.models.encoder import preprocess
from vaultd.models.manifest import Cut, CutLevel
from vaultd.models.onnx import OnnxImageEncoder, OnnxTextEncoder
from vaultd.models.pack import Pack, load_pack
from vaultd.models.tokens import PackTokenizer

# Found, not imported: torch by a submodule, since a folder of tests has its name, and timm not before training.model
# has made torchvision importable.
MISSING = missing("torch.nn", "timm", "open_clip", "onnx")
if MISSING:
    pytest.skip(f"not installed: {', '.join(MISSING)}", allow_module_level=True)

pytestmark = pytest.mark.timeout(240)  # importing torch and building the model takes long on a busy machine

SIDE = 64


@pytest.fixture(scope="module")
def towers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Pack]]:
    sys.path.insert(0, str(Path(__file__).parents[2]))
    import torch

    from training.export import write_pack
    from training.model import EMBED, Student

    torch.manual_seed(1)
    student = Student(SIDE, traits=3).eval()
    folder = tmp_path_factory.mktemp("export") / "mini"
    background = np.eye(8, EMBED, dtype=np.float32)
    level = CutLevel(1.0, 0.1, 0.5)
    cut = Cut(level, level, level)
    write_pack(
        student,
        BUNDLED / "mini" / "tokenizer.json",
        background,
        cut,
        folder,
        name="test",
        revision="1",
        side=SIDE,
        resize="squash",
    )
    yield student, load_pack(folder)
    sys.path.pop(0)


def cosines(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    found: np.ndarray = (one * other).sum(axis=1) / np.linalg.norm(one, axis=1) / np.linalg.norm(other, axis=1)
    return found


def test_the_exported_image_tower_answers_like_the_trained_one(towers: tuple[Any, Pack]) -> None:
    import torch

    student, pack = towers
    scenes = [Scene(list(THINGS)[i % 18], COLOURS[i % 11], "meadow", 1_000_000_000 + i) for i in range(32)]
    batch = np.stack([preprocess(draw(scene, (120, 90)), pack.manifest) for scene in scenes])
    with torch.inference_mode():
        expected = student.image(torch.from_numpy(batch)).numpy()
    assert np.unique(expected.round(4), axis=0).shape == expected.shape
    assert cosines(OnnxImageEncoder(pack).embed(batch), expected).min() > 0.999


def test_the_exported_text_tower_answers_like_the_trained_one(towers: tuple[Any, Pack]) -> None:
    import torch

    student, pack = towers
    encoder = OnnxTextEncoder(pack)
    texts = [f"{colour} {thing}" for colour in COLOURS for thing in list(THINGS)[:3]] + ["", "word " * 60]
    with torch.inference_mode():
        expected = student.text(torch.from_numpy(PackTokenizer(pack).tokens(texts))).numpy()
    assert cosines(encoder.embed(texts), expected).min() > 0.999


def test_a_manifest_names_every_file_of_the_pack(towers: tuple[Any, Pack]) -> None:
    _, pack = towers
    manifest = json.loads((pack.folder / "manifest.json").read_text())
    assert set(manifest["files"]) == {path.name for path in pack.folder.iterdir()} - {"manifest.json"}
