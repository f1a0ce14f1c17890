"""The bundled model and its cut, judged on the demo library, where what is drawn is known.

No text is indexed here: only what the model sees can find anything.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import trio
from PIL import Image, ImageOps, UnidentifiedImageError

from support.shelf import Shelf
from vaultd.catalog import models
from vaultd.config import load
from vaultd.demo import library
from vaultd.demo.labels import Label, read_labels
from vaultd.index.follower import Followers
from vaultd.index.vector import Vectors
from vaultd.models.bundled import open_pack
from vaultd.models.encoder import preprocess
from vaultd.models.onnx import OnnxImageEncoder, OnnxTextEncoder
from vaultd.search.engine import SearchEngine
from vaultipc.messages import Level, SearchParams

PACK = open_pack()
NONSENSE = Path(__file__).parents[2] / "benchmarks" / "nonsense.txt"
LEVELS: tuple[Level, ...] = ("strict", "default", "loose", "all")
pytestmark = pytest.mark.skipif(
    PACK.manifest.revision == "untrained", reason="the bundled pack is a placeholder that was never trained"
)


@dataclass
class Judged:
    """The demo library, searched, and the truth about each image."""

    engine: SearchEngine
    truth: dict[int, Label]

    async def found(self, query: str, level: Level = "default") -> set[int]:
        result = await self.engine.search(SearchParams(query=query, level=level, limit=10_000))
        return {int(hit.id) for hit in result.hits}

    def showing(self, colour: str, thing: str) -> set[int]:
        return {image for image, label in self.truth.items() if (label.colour, label.thing) == (colour, thing)}


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Label, Vectors]]:
    """The truth and the vector of every picture of the library that is one."""
    written = library.write(tmp_path_factory.mktemp("demo") / "demo")
    prepared = [(label, _prepared(written.dir / name)) for name, label in read_labels(written.labels).items()]
    pictures = [(label, pixels) for label, pixels in prepared if pixels is not None]
    vectors = OnnxImageEncoder(PACK, 2).embed(np.stack([pixels for _, pixels in pictures]))
    return [(label, vector) for (label, _), vector in zip(pictures, vectors, strict=True)]


@pytest.fixture
async def judged(tmp_path: Path, seen: list[tuple[Label, Vectors]]) -> AsyncIterator[Judged]:
    shelf = Shelf(tmp_path)
    with shelf.catalog.write() as tx:
        manifest = PACK.manifest
        shelf.model = models.register(tx, manifest.name, manifest.revision, manifest.dimension)
    truth = {shelf.image(f"{number}.jpg", vector=vector): label for number, (label, vector) in enumerate(seen)}
    followers = Followers(shelf.catalog, tmp_path / "index", shelf.model)
    config = load(None, {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)})
    encoder = OnnxTextEncoder(PACK, 2)
    engine = SearchEngine(shelf.catalog, config, PACK, encoder, followers.vectors, followers.texts)
    async with trio.open_nursery() as nursery:
        await nursery.start(followers.serve)
        with trio.fail_after(60):
            await followers.caught_up(shelf.catalog.seq())
        yield Judged(engine, truth)
        nursery.cancel_scope.cancel()
    shelf.close()


def _prepared(path: Path) -> Vectors | None:
    """What the model is given of a picture, None of what is none."""
    try:
        with Image.open(path) as image:
            return preprocess(ImageOps.exif_transpose(image), PACK.manifest)
    except (UnidentifiedImageError, OSError):
        return None


async def test_red_cars_are_found_and_nothing_else(judged: Judged) -> None:
    found, truth = await judged.found("red car"), judged.showing("red", "car")
    assert truth
    assert len(found & truth) >= 0.8 * len(truth)
    assert len(found & truth) >= 0.8 * len(found)


async def test_no_picture_is_both_a_red_and_a_blue_car(judged: Judged) -> None:
    red, blue = await judged.found("red car"), await judged.found("blue car")
    assert red
    assert blue
    assert not red & blue


async def test_nonsense_of_every_kind_finds_nothing(judged: Judged) -> None:
    """Letters, real words, other languages, sentences about other things: a fifth of the texts that judge the cut."""
    lines = NONSENSE.read_text(encoding="utf-8").splitlines()
    texts = [line for line in lines if line and line[0] not in "[#"][::5]
    assert len(texts) == 40
    found = {text: len(await judged.found(text)) for text in texts}
    assert sum(1 for count in found.values() if count) <= 2, {text: count for text, count in found.items() if count}


async def test_a_stricter_level_finds_some_of_what_a_looser_one_does(judged: Judged) -> None:
    strict, default, loose, every = [await judged.found("boat", level) for level in LEVELS]
    assert strict <= default <= loose < every
    assert len(every) == len(judged.truth)


async def test_the_cut_is_the_same_under_a_filter_and_a_single_picture_beyond_it_is_found(judged: Judged) -> None:
    cut = (await judged.engine.search(SearchParams(query="red car"))).cut
    one = min(await judged.found("red car"))
    filtered = await judged.engine.search(SearchParams(query=f"red car name:{one - 1}.jpg"))
    assert filtered.cut == cut
    assert [int(hit.id) for hit in filtered.hits] == [one]
