"""What every engine promises, whichever runs the pack."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from vaultd.demo.scene import Scene, draw
from vaultd.models.bundled import open_pack
from vaultd.models.encoder import ImageEncoder, TextEncoder, preprocess
from vaultd.models.onnx import OnnxImageEncoder, OnnxTextEncoder
from vaultd.models.pack import Pack


@dataclass(frozen=True)
class Engine:
    """One implementation under test, opened on the bundled pack."""

    pack: Pack
    images: ImageEncoder
    texts: TextEncoder


def onnx_one_thread() -> Engine:
    pack = open_pack()
    return Engine(pack, OnnxImageEncoder(pack), OnnxTextEncoder(pack))


def onnx_two_threads() -> Engine:
    pack = open_pack()
    return Engine(pack, OnnxImageEncoder(pack, threads=2), OnnxTextEncoder(pack, threads=2))


ENGINES: dict[str, Callable[[], Engine]] = {"onnx-1": onnx_one_thread, "onnx-2": onnx_two_threads}
TEXTS = ["red car", "a photo of a dog", "mountains in the snow", "x", "", "ein Haus – naïve 家 🙂", "word " * 500]


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    return ENGINES[request.param]()


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


def test_all_engines_agree(batch: np.ndarray) -> None:
    engines = [make() for make in ENGINES.values()]
    pictures = [engine.images.embed(batch) for engine in engines]
    words = [engine.texts.embed(TEXTS) for engine in engines]
    for other_pictures, other_words in zip(pictures[1:], words[1:], strict=True):
        assert (pictures[0] * other_pictures).sum(axis=1).min() > 0.999
        assert (words[0] * other_words).sum(axis=1).min() > 0.999


def test_capitals_and_spaces_around_do_not_matter(engine: Engine) -> None:
    plain, loud = engine.texts.embed(["red car", "  Red CAR "])
    assert float(plain @ loud) > 0.9999


def test_words_and_drawn_pictures_agree(engine: Engine, batch: np.ndarray) -> None:
    things = [f"{colour} {thing}" for colour in ("red", "blue", "yellow") for thing in ("car", "tree", "cup")]
    similarity = engine.texts.embed(things) @ engine.images.embed(batch).T
    right = (similarity.argmax(axis=1) == np.arange(len(things))).mean()
    assert right >= 0.75


def test_a_closed_image_tower_opens_again(batch: np.ndarray) -> None:
    pack = open_pack()
    encoder = OnnxImageEncoder(pack)
    before = encoder.embed(batch[:1])
    encoder.unload()
    np.testing.assert_array_equal(encoder.embed(batch[:1]), before)
