"""What a search would answer by the model alone: how right the set is that the cut keeps, and what should stay empty.

All is judged on the half of the held-out pictures that the cut was not chosen on, and on the demo library. The cut sees
a query's vector, never its words: nothing here or in the search looks a word up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import demo_seen
import numpy as np

from rows import Row
from training import asked, calibrate
from training.asked import Asked, Space
from training.calibrate import FEW, at_the_cut, best_f, best_fixed, figures, first, fixed
from training.halves import Pictures
from vaultd.models.encoder import normalise
from vaultd.models.engines import Encoders
from vaultd.models.nonsense import nothing
from vaultd.search.cut import levels_of

NONSENSE = Path(__file__).with_name("nonsense.txt")
FIRST = 20
AIM_F1, AIM_EMPTY, AIM_SILENT, AIM_FEW = 0.8, 0.95, 0.05, 0.8


def sets(pictures: Pictures, encoders: Encoders, demo: Sequence[demo_seen.Seen]) -> Iterator[Row]:
    """Every row."""
    space = Space(encoders.pack.background, nothing(encoders.text.embed), encoders.text.embed)
    half = pictures.half(judging=True)
    judged = {**_asked(half, space), "demo": of_demo(demo, space)}
    flat = {name: best_fixed(some) for name, some in _asked(pictures.half(judging=False), space).items()}
    for name, some in judged.items():
        yield from at_the_levels(name, some, encoders)
    for name, some in judged.items():
        yield from beside(name, some, encoders, flat.get(name, flat["drawn"]))
    yield from empty(half, demo, space, encoders)


def _asked(half: Pictures, space: Space) -> dict[str, Asked]:
    """The kinds of queries that have right answers."""
    return {
        "photos": asked.photographs(half, space),
        "drawn": asked.drawings(half, space),
        "like:": asked.alike(half, space),
        "like: and words": asked.mixed(half, space),
    }


def at_the_levels(name: str, some: Asked, encoders: Encoders) -> Iterator[Row]:
    """Precision, recall and the share that finds nothing, at each level."""
    unit, chance = f"{len(some.truth)} queries", float(some.truth.sum() / some.known.sum())
    for level in calibrate.BETAS:
        found = _at(some, level, encoders)
        where = f"cut {level}, {name}"
        ratio = found.precision / chance if chance else None
        what = f"{unit}, where something is found"
        yield Row(f"{where}: precision", found.precision, what, f"chance {chance:.4f}", ratio)
        yield Row(f"{where}: recall", found.recall, unit)
        aim = f"aim {AIM_SILENT}" if level == "default" else "none"
        yield Row(f"{where}: nothing found", found.empty, unit, aim)


def beside(name: str, some: Asked, encoders: Encoders, similarity: float) -> Iterator[Row]:
    """F1 at the default level beside the best possible cut of the ranking, the first 20, and a fixed similarity."""
    unit, found, best = f"{len(some.truth)} queries", _at(some, "default", encoders).f1, float(best_f(some).mean())
    yield Row(
        f"set, {name}: F1", found, f"{unit}, aim {AIM_F1} of the best", f"best possible cut {best:.3f}", found / best
    )
    for title, cuts in ((f"first {FIRST}", first(some, FIRST)), ("a fixed similarity", fixed(some, similarity))):
        rival = figures(some, cuts)
        what = unit if title.startswith("first") else f"{unit}, {similarity:.2f}, chosen on the other half"
        yield Row(f"set, {name}: F1 of {title}", rival.f1, what, f"best possible cut {best:.3f}", rival.f1 / best)


def empty(half: Pictures, demo: Sequence[demo_seen.Seen], space: Space, encoders: Encoders) -> Iterator[Row]:
    """What is found of nothing: nonsense by its kinds, and things that no photograph shows."""
    of_kinds = asked.nonsense(NONSENSE, half, space)
    for level in calibrate.BETAS:
        shares = [_at(some, level, encoders).empty for some in of_kinds.values()]
        count = sum(len(some.truth) for some in of_kinds.values())
        yield Row(f"cut {level}, nonsense: nothing found", float(np.mean(shares)), f"{count} texts", "aim 1")
    shown = np.stack([one.vector for one in demo])
    for kind, texts in asked.read_nonsense(NONSENSE).items():
        if kind == "other languages" and "mul" in encoders.pack.manifest.languages:
            continue  # this model knows them
        for where, over in (
            ("photographs and drawings", of_kinds[kind]),
            ("demo", asked.nothing_of(texts, shown, space)),
        ):
            share = _at(over, "default", encoders).empty
            yield Row(
                f"nonsense, {kind}, {where}: nothing found",
                share,
                f"{len(texts)} texts",
                f"aim {AIM_EMPTY}",
                share / AIM_EMPTY,
            )
    things = asked.absent(half, space)
    found = _at(things, "default", encoders)
    unit = f"{len(things.truth)} names of what no photograph shows"
    yield Row(f"absent: at most {FEW} found", found.few, unit, f"aim {AIM_FEW}", found.few / AIM_FEW)
    yield Row("absent: nothing found", found.empty, unit)


def of_demo(demo: Sequence[demo_seen.Seen], space: Space) -> Asked:
    """Every "red car" and every "car" that the demo library shows."""
    labels = [one.label for one in demo]
    pairs = sorted({(str(label.colour), str(label.thing)) for label in labels})
    things = sorted({thing for _, thing in pairs})
    truth = [np.array([(label.colour, label.thing) == pair for label in labels]) for pair in pairs]
    truth += [np.array([label.thing == thing for label in labels]) for thing in things]
    texts = [" ".join(pair) for pair in pairs] + things
    return space.texts(texts, normalise(np.stack([one.vector for one in demo])), np.stack(truth))


def _at(some: Asked, level: str, encoders: Encoders) -> calibrate.Figures:
    """What a level of the pack keeps."""
    cut = encoders.pack.manifest.cut
    vague = cut.vague if some.kind == "text" else None
    return at_the_cut(some, getattr(levels_of(cut, some.kind), level), vague)
