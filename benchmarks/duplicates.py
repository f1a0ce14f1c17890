#!/usr/bin/env python3
"""Which edited copies of a picture are found to be the same, what else is, and how long a million hashes take.

    python -m benchmarks.duplicates [--scenes N] [--hashes N] [--asked N] [--vectors N] [--json FILE]

Pictures are drawn by vaultd.demo, at sizes of the demo library, and copied in ways that people copy pictures. An edit's
row says how many copies are in the group of their original, where all originals and copies of this edit lie in one
library; a false group is one of different pictures, counted per 10,000 pictures. Different are other scenes; the demo
draws them from few things and grounds, so that they are more alike than photographs are (benchmarks/copies.py has
those). The library's own truth is asked, too: its near copies, and its exact ones, which have the same bytes.

Hashes are random, with planted groups: one in fifty is another with some bits changed. The rivals are FAISS's two exact
indexes, asked for a part of the hashes, and their time taken times what is left out. Vectors are those of the bundled
model's background sample, each many times and moved a little; of one in fifty there is a shot nearer to it.

Everything runs in one thread, and times are of the processor, so that a busy machine says the same.
Rows are `name value unit rival ratio`.
"""

from __future__ import annotations

import argparse
import io
import random
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

import faiss
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageEnhance, ImageOps

from rows import Row, report
from vaultd.catalog.looks import Details
from vaultd.demo import library
from vaultd.demo.files import SIZES
from vaultd.demo.grounds import GROUNDS
from vaultd.demo.labels import read_labels
from vaultd.demo.palette import COLOURS
from vaultd.demo.scene import Scene, draw
from vaultd.demo.things import THINGS
from vaultd.domain.looks import CELLS, Looks
from vaultd.duplicates.cells import pairs
from vaultd.duplicates.keys import Division, Words
from vaultd.duplicates.near import NearIndex
from vaultd.duplicates.same import COLUMNS, LEAST_CONTRAST, MOST_BITS, same
from vaultd.duplicates.similar import cut_of
from vaultd.duplicates.stars import led, led_by_kept
from vaultd.index.vector import Ids
from vaultd.models.bundled import open_pack
from vaultd.worker.looks import hashed, look, small

Edit = Callable[[Image.Image], Image.Image]
Seen = tuple[Looks, float]
SINGLE = 2000
"""Pictures added and asked for one by one."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenes", type=int, default=1000)
    parser.add_argument("--hashes", type=int, default=1_000_000)
    parser.add_argument("--asked", type=int, default=20_000, help="hashes that FAISS is asked for")
    parser.add_argument("--vectors", type=int, default=100_000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    faiss.omp_set_num_threads(1)
    rows = [*of_edits(options.scenes), *of_library(), *of_hashes(options.hashes, options.asked)]
    report([*rows, *of_vectors(options.vectors), hashing()], options.json)
    return 0


def jpeg(quality: int) -> Edit:
    def edit(picture: Image.Image) -> Image.Image:
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=quality)
        return Image.open(buffer).convert("RGB")

    return edit


def scaled(factor: float) -> Edit:
    return lambda picture: picture.resize((round(picture.width * factor), round(picture.height * factor)))


def cropped(picture: Image.Image) -> Image.Image:
    """Without 5 % of its width and height, a quarter of that at the left and at the top."""
    across, down = picture.width * 0.05, picture.height * 0.05
    return picture.crop(
        (
            round(across / 4),
            round(down / 4),
            round(picture.width - across * 3 / 4),
            round(picture.height - down * 3 / 4),
        )
    )


def watermarked(picture: Image.Image) -> Image.Image:
    """Half transparent letters across the middle."""
    veil = Image.new("RGBA", picture.size)
    size = picture.width // 9
    place = (picture.width // 2, picture.height // 2)
    ImageDraw.Draw(veil).text(place, "SAMPLE", fill=(255, 255, 255, 110), font_size=size, anchor="mm")
    return Image.alpha_composite(picture.convert("RGBA"), veil).convert("RGB")


EDITS: dict[str, Edit] = {
    "half the size": scaled(0.5),
    "a fifth of the size": scaled(0.2),
    "half as large again": scaled(1.5),
    **{f"JPEG {quality}": jpeg(quality) for quality in (30, 50, 75, 95)},
    "5 % cropped": cropped,
    "a fifth lighter": lambda picture: ImageEnhance.Brightness(picture).enhance(1.2),
    "a fifth darker": lambda picture: ImageEnhance.Brightness(picture).enhance(0.8),
    "watermark": watermarked,
    "half the size, JPEG 60": lambda picture: jpeg(60)(scaled(0.5)(picture)),
    "flipped (another picture by design)": ImageOps.mirror,
    "turned by 90° (another picture by design)": lambda picture: picture.transpose(Image.Transpose.ROTATE_90),
    "turned by 2°": lambda picture: picture.rotate(2, Image.Resampling.BICUBIC),
}


def of_edits(count: int) -> Iterator[Row]:
    """Recall of each edit, and false groups among all originals and copies."""
    rng = random.Random(11)
    originals: list[Seen] = []
    copies: dict[str, list[Seen]] = {edit: [] for edit in EDITS}
    for number in range(count):
        scene = Scene(rng.choice(list(THINGS)), rng.choice(list(COLOURS)), rng.choice(list(GROUNDS)), 50_000 + number)
        picture = draw(scene, rng.choice(SIZES[1:]))
        originals.append(seen(picture))
        for edit, change in EDITS.items():
            copies[edit].append(seen(change(picture)))
    everything, whose = [*originals], [*range(count)]
    for edit, changed in copies.items():
        leaders = grouped([*originals, *changed])
        found = sum(leaders[place] == leaders[count + place] for place in range(count))
        yield Row(f"recall, {edit}", 100 * found / count, f"% of {count} copies")
        everything, whose = [*everything, *changed], [*whose, *range(count)]
    yield Row(
        "false groups, originals", mixed(grouped(originals), whose[:count]) * 10_000 / count, "per 10,000 pictures"
    )
    false = mixed(grouped(everything), whose)
    yield Row("false groups, with all copies", false * 10_000 / len(whose), f"per 10,000 pictures, of {len(whose)}")


def of_library() -> Iterator[Row]:
    """The demo library's own truth: which files are copies of which."""
    with tempfile.TemporaryDirectory() as folder:
        written = library.write(Path(folder, "demo"), count=400)
        labels = read_labels(written.labels)
        names = [name for name, label in labels.items() if label.broken is None]
        pictures = [seen(ImageOps.exif_transpose(Image.open(written.dir / name)).convert("RGB")) for name in names]
    leaders = dict(zip(names, grouped(pictures), strict=True))
    source = {name: labels[name].near_duplicate_of or labels[name].duplicate_of or name for name in names}
    for kind in ("near_duplicate_of", "duplicate_of"):
        pairs = [(name, of) for name in names if (of := getattr(labels[name], kind))]
        found = sum(leaders[name] == leaders[of] for name, of in pairs)
        yield Row(f"demo library, {kind}", 100 * found / len(pairs), f"% of {len(pairs)}")
    whose = [names.index(source[name]) for name in names]
    false = mixed([leaders[name] for name in names], whose)
    yield Row("demo library, false groups", false * 10_000 / len(names), f"per 10,000 pictures, of {len(names)}")


def of_hashes(count: int, asked: int) -> Iterator[Row]:
    """A million hashes: all groups, one more picture, and FAISS for the same."""
    words = planted(count)
    asked = min(asked, count)
    began = time.process_time()
    leaders = led(words, MOST_BITS, always)
    grouping = time.process_time() - began
    behind = int((leaders != np.arange(count)).sum())
    multi = timed(multi_hash(words), words[:asked]) * count / asked
    flat = timed(flat_index(words), words[: asked // 100]) * count / (asked // 100)
    rival = f"FAISS IndexBinaryMultiHash, {multi:.0f} s, extrapolated from {asked}"
    yield Row(f"grouping {count} hashes", grouping, "s", rival, grouping / multi)
    yield Row("comparing each with each", flat, "s", f"FAISS IndexBinaryFlat, extrapolated from {asked // 100}")
    yield Row("planted copies found", behind, f"of {count // 50}")
    yield Row("memory beyond the hashes", memory(lambda: led(words, MOST_BITS, always))[1], "MB at most")
    began = time.process_time()
    led_by_kept(words[: count // 10], MOST_BITS, always)
    yield Row(f"grouping {count // 10} by kept ones", time.process_time() - began, "s, as where copies are too many")
    yield from one_by_one(words)


def of_vectors(count: int) -> Iterator[Row]:
    """How long pictures that are alike take to find, and how many pairs are missed that comparing all would find."""
    background = open_pack().background
    rng, cut, shots = np.random.default_rng(2), cut_of(background), count // 50
    vectors = background[rng.integers(0, len(background), count)]
    vectors += 0.05 * rng.normal(size=vectors.shape).astype(np.float32)
    vectors[count - shots :] = vectors[:shots] + 0.008 * rng.normal(size=(shots, vectors.shape[1])).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    began = time.process_time()
    first, second = pairs(vectors.astype(np.float16), cut)
    yield Row(f"pairs of {count} vectors", time.process_time() - began, "s of the processor")
    alike = np.flatnonzero((vectors[:shots] * vectors[count - shots :]).sum(axis=1) >= cut)
    found = np.isin(alike * count + alike + count - shots, first * count + second).sum()
    yield Row("shots found", 100 * float(found) / len(alike), f"% of {len(alike)}")


def hashing(side: int = 512) -> Row:
    """What it takes a worker to hash a picture that it has decoded, to a shorter side of 512 as it does."""
    return Row(
        "hashing a picture", 1000 * hashing_s([draw(Scene("car", "red", "city", 1), (side * 3 // 2, side))]), "ms"
    )


def hashing_s(pictures: list[Image.Image], times: int = 50) -> float:
    """Seconds of the processor for both hashes of a picture that is decoded, the mean of these."""
    began = time.process_time()
    for picture in pictures * times:
        hashed(small(picture))
    return (time.process_time() - began) / (len(pictures) * times)


def one_by_one(words: Words) -> Iterator[Row]:
    """What a single picture costs beside few and beside all."""
    for count in (len(words) // 100, len(words)):
        yield from beside(words[:count])


def beside(words: Words) -> Iterator[Row]:
    """What it costs beside these."""
    count, index = len(words), filled(words)
    began = time.process_time()
    filled(words)
    yield Row(f"filling an index with {count}", time.process_time() - began, "s")
    yield Row(f"index of {count}", memory(lambda: filled(words))[0], "MB")
    yield single("adding", count, lambda one: index.put(np.array([one]), words[one % count : one % count + 1]))
    yield single("asking for", count, lambda one: index.near(words[one % count : one % count + 1]))
    yield single("dropping", count, lambda one: index.drop(np.array([one])))


def filled(words: Words) -> NearIndex:
    index = NearIndex(COLUMNS, MOST_BITS)
    index.put(np.arange(len(words)), words)
    return index


def always(first: Ids, second: Ids, bits: Ids) -> NDArray[np.bool_]:
    return np.ones(len(first), np.bool_)


def single(name: str, count: int, work: Callable[[int], object]) -> Row:
    """What it costs to do something with one picture, many times."""
    began = time.process_time()
    for one in range(SINGLE):
        work(one)
    return Row(f"{name} one beside {count}", 1e6 * (time.process_time() - began) / SINGLE, "µs")


def planted(count: int) -> Words:
    """Random hashes; the last fiftieth are the first, with at most as many bits changed as the same may have."""
    rng = np.random.default_rng(1)
    words = rng.integers(0, 2**64, (count, COLUMNS), dtype=np.uint64)
    for place in range(count // 50):
        word = words[place].copy()
        for bit in rng.choice(64 * COLUMNS, rng.integers(0, MOST_BITS + 1), replace=False).tolist():
            word[bit // 64] ^= np.uint64(1 << bit % 64)
        words[count - 1 - place] = word
    return words


def multi_hash(words: Words) -> faiss.IndexBinary:
    """FAISS's index with the same keys as ours, of which one bit may be flipped."""
    division = Division(COLUMNS, MOST_BITS)
    index = faiss.IndexBinaryMultiHash(64 * COLUMNS, division.parts, division.bits)
    index.nflip = 1
    index.add(as_bytes(words))
    return index


def flat_index(words: Words) -> faiss.IndexBinary:
    index = faiss.IndexBinaryFlat(64 * COLUMNS)
    index.add(as_bytes(words))
    return index


def timed(index: faiss.IndexBinary, words: Words) -> float:
    began = time.process_time()
    index.range_search(as_bytes(words), MOST_BITS + 1)
    return time.process_time() - began


def as_bytes(words: Words) -> NDArray[np.uint8]:
    return np.ascontiguousarray(words).view(np.uint8)


def grouped(pictures: list[Seen]) -> list[int]:
    """The place of the one that each stands behind; those whose hashes say nothing stand alone."""
    telling = [place for place, (looks, _) in enumerate(pictures) if looks.contrast >= LEAST_CONTRAST]
    looked = [pictures[place] for place in telling]
    words = np.array([(looks.phash, looks.dhash) for looks, _ in looked], np.int64).reshape(-1, 2).view(np.uint64)
    tint = np.frombuffer(b"".join(looks.tint for looks, _ in looked), np.int8).reshape(-1, 2 * CELLS * CELLS)
    contrast, shape = np.array([(looks.contrast, shape) for looks, shape in looked]).reshape(-1, 2).T
    details = Details(contrast, np.log(shape), tint, np.zeros(len(tint), np.bool_))

    def alike(first: Ids, second: Ids, bits: Ids) -> NDArray[np.bool_]:
        return same(details, first, second, bits)

    leaders = list(range(len(pictures)))
    for place, leader in enumerate(led(words, MOST_BITS, alike).tolist()):
        leaders[telling[place]] = telling[leader]
    return leaders


def mixed(leaders: list[int], whose: list[int]) -> int:
    """How many groups hold different pictures."""
    holds: dict[int, set[int]] = {}
    for place, leader in enumerate(leaders):
        holds.setdefault(leader, set()).add(whose[place])
    return sum(len(pictures) > 1 for pictures in holds.values())


def seen(picture: Image.Image) -> Seen:
    """Looks, and width by height."""
    return look(picture), picture.width / picture.height


def memory(work: Callable[[], object]) -> tuple[float, float]:
    """How many MB are held after this work, and how many were at most."""
    tracemalloc.start()
    held = work()
    now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del held
    return now / 1e6, most / 1e6


if __name__ == "__main__":
    sys.exit(main())
