"""What every engine promises, whichever runs the pack and in whichever process."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import trio

from support.torchpack import torch_pack
from vaultd.demo.scene import Scene, draw
from vaultd.ingest.apart import EncoderProcess
from vaultd.models import cuda
from vaultd.models.bundled import open_pack
from vaultd.models.encoder import ImageEncoder, TextEncoder, preprocess
from vaultd.models.engines import Wanted, open_encoders
from vaultd.models.onnx import OnnxImageEncoder
from vaultd.models.pack import Pack
from vaultd.models.torch import TorchImageEncoder
from vaultd.worker.messages import Setup
from vaultd.worker.remote import RemoteImageEncoder

pytestmark = pytest.mark.timeout(240)  # importing torch takes long on a busy machine


@dataclass(frozen=True)
class Engine:
    """One implementation under test, opened on a pack. The bundled one knows what pictures show."""

    pack: Pack
    images: ImageEncoder
    texts: TextEncoder
    bundled: bool = True


@contextmanager
def in_process(folder: Path, engine: Wanted, threads: int) -> Iterator[Engine]:
    pack = open_pack()
    encoders = open_encoders(pack, engine, threads)
    yield Engine(pack, encoders.image, encoders.text)


@contextmanager
def on_cuda(folder: Path) -> Iterator[Engine]:
    if problem := cuda.problem():
        pytest.skip(f"CUDA cannot be used: {problem}")
    with in_process(folder, "cuda", 1) as engine:
        yield engine


@contextmanager
def in_torch(folder: Path) -> Iterator[Engine]:
    """A small model of random weights: the bundled pack holds none for torch."""
    pack = torch_pack(folder)
    encoders = open_encoders(pack, "torch", 1)
    assert (encoders.name, encoders.note) == ("torch", "")
    yield Engine(pack, encoders.image, encoders.text, bundled=False)


@contextmanager
def apart(folder: Path) -> Iterator[Engine]:
    """The image tower in a process of its own, as the daemon starts it for an accelerator."""
    pack = open_pack()
    setup = Setup(
        pack=os.fsencode(pack.folder), max_pixels=1, memory_mb=512, timeout_s=30, thumbnails=b"", niceness=0
    )  # fmt: skip
    process = trio.run(EncoderProcess.start, setup, "onnx", 1)
    try:
        images = RemoteImageEncoder(process.connect().detach(), pack.manifest.dimension)
        yield Engine(pack, images, open_encoders(pack, "onnx").text)
    finally:
        trio.run(process.end)


ENGINES: dict[str, Callable[[Path], AbstractContextManager[Engine]]] = {
    "onnx-1": partial(in_process, engine="onnx", threads=1),
    "onnx-2": partial(in_process, engine="onnx", threads=2),
    "apart": apart,
    "cuda": on_cuda,
    "torch": in_torch,
}
TEXTS = ["red car", "a photo of a dog", "mountains in the snow", "x", "", "ein Haus – naïve 家 🙂", "word " * 500]


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with ENGINES[request.param](tmp_path_factory.mktemp("pack")) as opened:
        yield opened


@pytest.fixture(scope="module")
def batch(engine: Engine) -> np.ndarray:
    scenes = [
        Scene(thing, colour, "meadow", 1_000_000_000 + number)
        for number, (colour, thing) in enumerate(
            (colour, thing) for colour in ("red", "blue", "yellow") for thing in ("car", "tree", "cup")
        )
    ]
    return np.stack([preprocess(draw(scene, (160, 120)), engine.pack.manifest) for scene in scenes])


def test_each_picture_gets_one_vector_of_length_one(engine: Engine, batch: np.ndarray) -> None:
    vectors = engine.images.embed(batch)
    assert vectors.shape == (len(batch), engine.pack.manifest.dimension)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_each_text_gets_one_vector_of_length_one(engine: Engine) -> None:
    vectors = engine.texts.embed(TEXTS)
    assert vectors.shape == (len(TEXTS), engine.pack.manifest.dimension)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_nothing_in_gives_nothing_out(engine: Engine) -> None:
    height, width = engine.pack.manifest.image_size
    assert engine.images.embed(np.empty((0, 3, height, width), np.float32)).shape[0] == 0
    assert engine.texts.embed([]).shape == (0, engine.pack.manifest.dimension)


def test_a_picture_has_the_same_vector_alone_and_in_a_batch(engine: Engine, batch: np.ndarray) -> None:
    together = engine.images.embed(batch)
    alone = np.concatenate([engine.images.embed(batch[i : i + 1]) for i in range(len(batch))])
    assert (together * alone).sum(axis=1).min() > 0.9999


def test_a_text_has_the_same_vector_alone_and_in_a_batch(engine: Engine) -> None:
    together = engine.texts.embed(TEXTS)
    alone = np.concatenate([engine.texts.embed([text]) for text in TEXTS])
    assert (together * alone).sum(axis=1).min() > 0.9999


def test_the_same_input_gives_the_same_bytes(engine: Engine, batch: np.ndarray) -> None:
    assert engine.images.embed(batch).tobytes() == engine.images.embed(batch).tobytes()
    assert engine.texts.embed(TEXTS).tobytes() == engine.texts.embed(TEXTS).tobytes()


def test_every_engine_agrees_with_onnx_runtime_on_the_processor(engine: Engine, batch: np.ndarray) -> None:
    plain = open_encoders(engine.pack, "onnx")
    assert (engine.images.embed(batch) * plain.image.embed(batch)).sum(axis=1).min() > 0.999
    assert (engine.texts.embed(TEXTS) * plain.text.embed(TEXTS)).sum(axis=1).min() > 0.999


def test_capitals_and_spaces_around_do_not_matter(engine: Engine) -> None:
    plain, loud = engine.texts.embed(["red car", "  Red CAR "])
    assert float(plain @ loud) > 0.9999


def test_words_and_drawn_pictures_agree(engine: Engine, batch: np.ndarray) -> None:
    if not engine.bundled:
        pytest.skip("a model of random weights knows nothing")
    things = [f"{colour} {thing}" for colour in ("red", "blue", "yellow") for thing in ("car", "tree", "cup")]
    similarity = engine.texts.embed(things) @ engine.images.embed(batch).T
    right = (similarity.argmax(axis=1) == np.arange(len(things))).mean()
    assert right >= 0.75


def test_a_closed_image_tower_opens_again(engine: Engine, batch: np.ndarray) -> None:
    if not isinstance(engine.images, OnnxImageEncoder | TorchImageEncoder):
        pytest.skip("it is closed by ending its process")
    before = engine.images.embed(batch[:1])
    engine.images.unload()
    np.testing.assert_array_equal(engine.images.embed(batch[:1]), before)
