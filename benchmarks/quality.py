#!/usr/bin/env python3
"""How well a model pack finds what is meant, on pictures that it was not trained on.

    python -m benchmarks.quality DATA [--pack NAME_OR_FOLDER] [--work WORK] [--json FILE] [--teacher FILE] [--quick]

DATA is the material folder of training/README.md; only its photographs named in training/held_out.txt are looked at,
and drawn pictures with judging seeds. Beside the pack stand chance (as the rows' rival) and the teacher, an ImageNet
classifier asked by matching words with its classes; that needs `pip install ai-edge-litert` and is left out without.
Its rows are the same for every pack: `--teacher FILE` takes them from the --json of an earlier run. `sets.py` says how
right the answers are that the cut keeps, and `hybrid.py`, which also runs alone, how right the whole search is where
pictures have texts. Rows are `name value unit rival ratio`.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

import demo_seen
import numpy as np
from hybrid import hybrid
from sets import sets

from rows import Row, report
from training import evaluate, photo_colours, rival, tags
from training.evaluate import FIRST, Found, HeldOut, Recall, Score, score_by
from training.halves import Pictures
from training.judging import BATCH, Judging, embedded, read_held
from vaultd.autotags import vocabulary, wording
from vaultd.autotags.scoring import UNCALIBRATED, prepare
from vaultd.models.bundled import open_pack
from vaultd.models.encoder import preprocess
from vaultd.models.engines import Encoders, open_encoders

QUICK = 4
TEACHER = "teacher: "
TIMED = 64
SCORES = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--pack", default="mini", help="a pack's name, or its folder")
    parser.add_argument("--engine", default="auto", choices=["auto", "onnx", "cuda", "torch"])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--work", type=Path, help="a folder that keeps the vectors of the held-out pictures")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--teacher", type=Path, help="take the teacher's rows from the --json of an earlier run")
    parser.add_argument(
        "--quick", action="store_true", help="a quarter of the photographs: a check, no figure to quote"
    )
    options = parser.parse_args()
    judging = Judging(
        options.data,
        read_held(options.data, QUICK if options.quick else 1),
        evaluate.judging_scenes(FIRST // QUICK if options.quick else FIRST),
    )
    encoders = open_encoders(open_pack(options.pack), options.engine, options.threads)
    teacher = earlier(options.teacher) if options.teacher else of_teacher(judging)
    pictures = embedded(judging, encoders, options.work)
    report([*of_pack(judging, pictures, encoders), *teacher], options.json)
    return 0


def of_pack(judging: Judging, pictures: Pictures, encoders: Encoders) -> Iterator[Row]:
    """Every row of the pack."""
    embed, demo = encoders.text.embed, demo_seen.seen(encoders)
    yield from questions("", pictures, score_by(pictures.photos, embed), score_by(pictures.drawn, embed))
    yield from sets(pictures, encoders, demo)
    yield from hybrid(pictures.half(judging=True), demo, encoders)
    yield from of_tags(pictures, encoders)
    yield from speeds(judging, encoders)


def earlier(file: Path) -> list[Row]:
    """The teacher's rows of an earlier run."""
    rows = [Row(**row) for row in json.loads(file.read_text(encoding="utf-8"))]
    return [row for row in rows if row.name.startswith(TEACHER)]


def of_teacher(judging: Judging) -> Iterator[Row]:
    """The same questions to the teacher with word matching."""
    model = judging.data / "teacher.tflite"
    try:
        photos, drawn = (rival.answers(model, some) for some in (judging.photographs(), judging.drawings()))
    except (ModuleNotFoundError, ValueError) as error:
        print(f"without the teacher: {error} (pip install ai-edge-litert; DATA/teacher.tflite)", file=sys.stderr)
        return
    pictures = Pictures(judging.held, photos, judging.scenes, drawn)
    concepts = judging.held.concepts
    of_photos, of_drawn = (rival.WordMatching(some, concepts) for some in (photos, drawn))
    yield from questions(TEACHER, pictures, of_photos, of_drawn)


def questions(whose: str, pictures: Pictures, photos: Score, drawn: Score) -> Iterator[Row]:
    """The rows of ranking: whatever the cut, what comes first."""
    held = pictures.held
    yield from recalls(f"{whose}class name to photograph", evaluate.class_to_photo(held, photos), "classes")
    yield from recalls(f"{whose}caption to photograph", evaluate.captions(held, photos), "photographs")
    yield from nouns(whose, held, photos)
    for kind, found in evaluate.drawn_pairs(pictures.scenes, drawn).items():
        yield precisions(f"{whose}colour and thing, drawn, {kind}", found)
    yield precisions(f"{whose}colour and thing, photographs", photo_colours.ask(held, photos))
    yield precisions(f"{whose}colour, photographs of the thing alone", photo_colours.ask_of_things(held, photos))


def recalls(name: str, found: Recall, what: str) -> Iterator[Row]:
    """Recall of the first and of the first ten, beside chance."""
    for count, value in ((1, found.first), (10, found.ten)):
        chance = min(1, count / found.pictures)
        unit = f"of {found.pictures} {what}, {found.asked} asked"
        yield Row(f"{name}: recall@{count}", value, unit, f"chance {chance:.4f}", value / chance)


def nouns(whose: str, held: HeldOut, photos: Score) -> Iterator[Row]:
    """The mean over the everyday nouns, and each of them."""
    found = evaluate.nouns(held, photos)
    yield precisions(f"{whose}everyday nouns", found)
    for noun, (value, positives, chance) in found.each.items():
        name = f"{whose}noun {noun}: precision@{min(FIRST, positives)}"
        yield Row(name, value, f"{positives} positives, best possible 1", f"chance {chance:.4f}", value / chance)


def precisions(name: str, found: Found) -> Row:
    """The mean precision over queries, beside chance."""
    unit = f"{len(found.each)} queries, best possible 1"
    ratio = found.mean / found.chance if found.chance else None
    return Row(f"{name}: precision@min({FIRST}, positives)", found.mean, unit, f"chance {found.chance:.4f}", ratio)


def of_tags(pictures: Pictures, encoders: Encoders) -> Iterator[Row]:
    """Auto-tags on the half that judges: the curve over the least score, then the pack's own levels."""
    words, manifest = vocabulary.shipped(), encoders.pack.manifest
    half = pictures.half(True)
    known, terms = tags.truth(half.held, words), wording.vectors(words, encoders.text.embed)
    logits = (manifest.logit_scale, manifest.logit_bias)
    scoring = prepare(words.names, terms, encoders.pack.background, logits, manifest.auto_tags)
    rule = manifest.auto_tags or UNCALIBRATED
    own = {getattr(rule, level): f"{getattr(rule, level)} ({level})" for level in ("loose", "default", "strict")}
    for step, found in tags.curve(scoring, half.photos, known, tags.doubts(words), sorted({*SCORES, *own})).items():
        name, unit = f"auto-tags {own.get(step, step)}", f"{len(known)} photographs, {len(words.terms)} words"
        chance = float((known > 0).sum() / (known != 0).sum())
        yield Row(f"{name}: precision", found.precision, f"of {found.judged} judged", f"chance {chance:.4f}")
        yield Row(f"{name}: cautious precision", found.cautious, "of all tags", "aim 0.8", found.cautious / 0.8)
        yield Row(f"{name}: coverage", found.coverage, f"{unit}, with a right tag", "aim 0.5", found.coverage / 0.5)
        yield Row(f"{name}: recall", found.recall, f"of {int((known > 0).sum())} known to be true")
        yield Row(f"{name}: tags a photograph", found.each, unit)
        yield Row(f"{name}: share not known", found.unknown, "of the tags")


def speeds(judging: Judging, encoders: Encoders) -> Iterator[Row]:
    """How fast both towers are here, decoding and preparing apart, and how large they are; the best of a few times."""
    pack, threads = encoders.pack, f"{encoders.threads} threads"
    some = [preprocess(picture, pack.manifest) for picture in islice(judging.photographs(), TIMED)]
    batch = np.stack(some[: len(some) // BATCH * BATCH]).reshape(-1, BATCH, *some[0].shape)
    texts = [f"something {name}" for name in ("red", "warm", "far away", "small")]
    seconds = min(timed(lambda: [encoders.image.embed(part) for part in batch]) for _ in range(5))
    query = min(timed(lambda text=text: encoders.text.embed([text])) for text in texts * 5)  # type: ignore[misc]
    yield Row("speed: images", batch.shape[0] * BATCH / seconds, f"images/s, batches of {BATCH}, {threads}", "aim 150")
    yield Row("speed: query", query * 1000, f"ms, {threads}", "aim 5")
    size = sum((pack.folder / file).stat().st_size for file in pack.manifest.files) / 1e6
    yield Row("size", size, "MB, all files of the pack")


def timed(work: Callable[[], object]) -> float:
    """Seconds that it takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
