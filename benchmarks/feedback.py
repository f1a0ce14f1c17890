#!/usr/bin/env python3
"""What hiding and preferring do to the order of the pictures that nothing was said of.

    python -m benchmarks.feedback DATA [--pack NAME_OR_FOLDER] [--work FOLDER] [--json FILE] [--quick]

DATA is the material folder of training/README.md; only the half of its held-out photographs that judges is looked at.
A query is a name, and its answer the first hundred. In two kinds of questions the person wants what the name says
("bird" for birds), or something narrower, which words alone do not find ("animal" for birds). Of the first twenty they
hide the first wrong ones, prefer the first right ones, or both, one to three each. Measured is nDCG@10 of the other
photographs, beside what it is without a word said. Rows are `name value unit rival ratio`. `--half choosing` looks at
the other half, on which the weights were chosen.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
from numpy.typing import NDArray

from rows import Row, report
from training.evaluate import HeldOut, Truth, Vectors, judging_scenes
from training.judging import Judging, embedded, read_held
from vaultd.models.bundled import open_pack
from vaultd.models.engines import Encoders, open_encoders
from vaultd.search.feedback import log_odds, pull, standard

LEAST = 6
"""A question is asked where so many photographs are right."""
MOST = 0.3
"""… and where no larger share of them is what the name says."""
NARROWER = 0.5
"""What is wanted is at most this share of what the name says."""
QUESTIONS = 150
ANSWER, SEEN, COUNT = 100, 20, 10
KINDS = {"hidden": (0, 1), "preferred": (1, 0), "of either": (1, 1)}

Places = NDArray[np.int64]


@dataclass(frozen=True)
class Question:
    """A text, and which of the photographs [n] are wanted."""

    text: str
    wanted: Truth


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--pack", default="mini", help="a pack's name, or its folder")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--work", type=Path, help="keep the vectors of the photographs here for the next run")
    parser.add_argument("--half", default="judging", choices=["judging", "choosing"])
    parser.add_argument("--json", type=Path)
    parser.add_argument("--quick", action="store_true", help="a tenth of the questions: a check, no figure to quote")
    options = parser.parse_args()
    encoders = open_encoders(open_pack(options.pack), "onnx", options.threads)
    judging = Judging(options.data, read_held(options.data), judging_scenes(1))
    half = embedded(judging, encoders, options.work).half(judging=options.half == "judging")
    count = QUESTIONS // 10 if options.quick else QUESTIONS
    report(rows(half.held, half.photos, encoders, count), options.json)
    return 0


def rows(held: HeldOut, photos: Vectors, encoders: Encoders, count: int) -> Iterator[Row]:
    """Every row, for so many questions of either kind."""
    for what, questions in (("as named", as_named(held)), ("narrower", narrower(held))):
        picked = np.random.default_rng(0).permutation(len(questions))[:count]
        vectors = encoders.text.embed([questions[place].text for place in picked])
        for kind, (right, wrong) in KINDS.items():
            for said in (1, 2, 3):
                pairs = [
                    one
                    for place, vector in zip(picked, vectors, strict=True)
                    if (one := judged(questions[place].wanted, photos, believed(encoders, photos @ vector),
                                      right * said, wrong * said)) is not None
                ]  # fmt: skip
                if not pairs:
                    continue
                before, after = np.mean(pairs, axis=0)
                name = f"{what}, {said} {kind}: nDCG@{COUNT} of the rest"
                yield Row(name, after, f"{len(pairs)} questions", f"nothing said {before:.4f}", after / before)


def as_named(held: HeldOut) -> list[Question]:
    """What is wanted is what the name says."""
    return [Question(name, truth) for name, truth in _truths(held).items() if truth.mean() <= MOST]


def narrower(held: HeldOut) -> list[Question]:
    """What is wanted is a part of what the name says."""
    truths = _truths(held)
    return [
        Question(name, wanted)
        for name, truth in truths.items()
        for wanted in truths.values()
        if truth.mean() <= MOST and wanted.sum() <= NARROWER * truth.sum() and not (wanted & ~truth).any()
    ]


def _truths(held: HeldOut) -> dict[str, Truth]:
    found = {name: held.truth(name) for name in sorted(held.concepts.names_set)}
    return {name: truth for name, truth in found.items() if truth.sum() >= LEAST}


def believed(encoders: Encoders, cosines: Vectors) -> NDArray[np.float64]:
    """The model's own belief in each pair, as a search scores it."""
    manifest = encoders.pack.manifest
    believed: NDArray[np.float64] = 1 / (
        1 + np.exp(-(manifest.logit_scale * cosines.astype(float) + manifest.logit_bias))
    )
    return believed


def judged(
    wanted: Truth, photos: Vectors, scores: NDArray[np.float64], right: int, wrong: int
) -> tuple[float, float] | None:
    """nDCG of the rest without and with so many right ones preferred and wrong ones hidden; None if there are fewer."""
    order = np.argsort(-scores, kind="stable")
    seen = order[:SEEN]
    preferred, hidden = seen[wanted[seen]][:right], seen[~wanted[seen]][:wrong]
    rest = order[~np.isin(order, [*preferred, *hidden])]
    if len(preferred) < right or len(hidden) < wrong or not wanted[rest].any():
        return None
    answer = rest[: ANSWER - right - wrong]
    keys = standard(log_odds(scores[answer])) + pull(photos[answer], photos[preferred], photos[hidden])
    after = np.concatenate([answer[np.argsort(-keys, kind="stable")], rest[len(answer) :]])
    return ndcg(wanted[rest]), ndcg(wanted[after])


def ndcg(wanted: Truth) -> float:
    """Of an order, given which of its pictures are wanted: 1 where all that can be among the first are."""
    worth = 1 / np.log2(np.arange(2, COUNT + 2))
    first = wanted[:COUNT]
    return float(worth[: len(first)][first].sum() / worth[: min(COUNT, int(wanted.sum()))].sum())


if __name__ == "__main__":
    sys.exit(main())
