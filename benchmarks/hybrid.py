#!/usr/bin/env python3
"""How right the whole search is where pictures have texts: both sides together against each alone, by groups.

    python -m benchmarks.hybrid DATA --work WORK [--pack NAME_OR_FOLDER] [--json FILE] [--each]

The real engine answers over a catalog of those held-out photographs that judge the cut, and of the demo library. The
first run embeds all held-out photographs (some 10 s of two quiet processors) and keeps the vectors in WORK; a later one
takes some 20 s. `--each` also prints every query's F1 by meaning alone, by texts alone, and by both.

`shelved.py` says what the photographs are given as texts, and what is asked.

A group is a kind of question. Its rows are the means over its questions of F1 at the default cut and of nDCG@10, both
over all that was found, beside the better side alone: an answer of nothing counts 0.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

import demo_seen
import numpy as np
import trio
from searched import Item, Library, searched
from shelved import Group, Shelved, demo, photo_groups

from rows import Row, report
from training import evaluate
from training.halves import Pictures
from training.judging import Judging, embedded, read_held
from vaultd.models.bundled import open_pack
from vaultd.models.engines import Encoders, open_encoders
from vaultipc.messages import Side

FIRST = 10
SIDES: tuple[tuple[str, Side | None], ...] = (("meaning", "meaning"), ("texts", "text"), ("both", None))


@dataclass(frozen=True)
class Score:
    """What one side reaches in one question."""

    f1: float
    ndcg: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--work", type=Path, help="a folder that keeps the vectors of the held-out pictures")
    parser.add_argument("--pack", default="mini", help="a pack's name, or its folder")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", type=Path)
    parser.add_argument(
        "--half",
        default="judging",
        choices=["judging", "choosing"],
        help="the photographs to ask of; try on the latter",
    )
    parser.add_argument("--each", action="store_true", help="every query's F1: meaning, texts, both")
    options = parser.parse_args()
    judging = Judging(options.data, read_held(options.data), evaluate.judging_scenes())
    encoders = open_encoders(open_pack(options.pack), "onnx", options.threads)
    pictures = embedded(judging, encoders, options.work)
    half = pictures.half(judging=options.half == "judging")
    report(hybrid(half, demo_seen.seen(encoders), encoders, options.each), options.json)
    return 0


def hybrid(half: Pictures, seen: Sequence[demo_seen.Seen], encoders: Encoders, each: bool = False) -> list[Row]:
    """Every row, of the photographs and of the demo library."""
    photos = Shelved.of(half)
    return [
        *trio.run(_rows, "photographs", photos.items, photo_groups(half, photos), encoders, each),
        *trio.run(_rows, "demo", *demo(seen), encoders, each),
    ]


async def _rows(where: str, items: list[Item], groups: list[Group], encoders: Encoders, each: bool) -> list[Row]:
    rows: list[Row] = []
    async with searched(items, encoders) as library:
        for group in groups:
            found = {name: await _scores(library, group, side) for name, side in SIDES}
            if each:
                _print_each(group, found)
            rows += _of_group(f"hybrid, {where}, {group.name}", found)
    return rows


async def _scores(library: Library, group: Group, side: Side | None) -> list[Score]:
    return [score(await library.answer(query, side), right) for query, right in group.some().items()]


def score(found: Sequence[int], right: set[int]) -> Score:
    """F1 of all that was found, and nDCG of the first ten: 1 / log2(1 + rank) each, as share of the best possible."""
    hits = [place in right for place in found]
    gains = 1 / np.log2(np.arange(2, FIRST + 2))
    first = np.array(hits[:FIRST] + [False] * (FIRST - len(hits[:FIRST])))
    return Score(2 * sum(hits) / (len(found) + len(right)), float(gains[first].sum() / gains[: len(right)].sum()))


def _of_group(name: str, found: dict[str, list[Score]]) -> Iterator[Row]:
    count = len(found["both"])
    for what, title in (("f1", "F1"), ("ndcg", "nDCG@10")):
        means = {side: float(np.mean([getattr(one, what) for one in scores])) for side, scores in found.items()}
        better = max(("meaning", "texts"), key=lambda side: means[side])
        rival, unit = means[better], f"{count} queries; meaning {means['meaning']:.3f}, texts {means['texts']:.3f}"
        yield Row(f"{name}: {title}", means["both"], unit, better, means["both"] / rival if rival else None)


def _print_each(group: Group, found: dict[str, list[Score]]) -> None:
    for place, (query, right) in enumerate(group.some().items()):
        cells = "  ".join(f"{side} {scores[place].f1:.2f}" for side, scores in found.items())
        print(f"{group.name}\t{query}\t{len(right)} right\t{cells}")


if __name__ == "__main__":
    sys.exit(main())
