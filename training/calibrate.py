"""Which similarity counts as a match: `python -m training.calibrate DATA --pack FOLDER --write`.

The numbers of `vaultd.search.cut` are chosen on the half of the held-out pictures that does not judge
(`training.halves.judges`), through the pack's towers as users have them: those of words on photographs and drawings
together, so that nonsense and what is not there stay empty; those of pictures, and of pictures with words, each alone.
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from training import asked
from training.asked import Asked, Space
from training.evaluate import Vectors, judging_scenes
from training.halves import Pictures
from training.judging import Judging, embedded, read_held
from vaultd.models.engines import open_encoders
from vaultd.models.export.cut import probability
from vaultd.models.manifest import MANIFEST, Cut, CutLevel, CutLevels, Vague
from vaultd.models.nonsense import nothing
from vaultd.models.pack import Pack, load_pack
from vaultd.search.cut import cuts_of

NONSENSE = Path(__file__).with_name("nonsense.txt")
BETAS = {"strict": 0.4, "default": 1.0, "loose": 2.0}
"""How much recall weighs against precision (van Rijsbergen's F); strict levels care for precision."""
REACHES = np.round(np.arange(0, 1.21, 0.05), 2)
MISSED = np.arange(0.01, 0.56, 0.01)
"""The least similarity is one that such a share of the right photographs misses, whatever scale a model has."""
STARTS = np.round(np.arange(0.3, 0.95, 0.02), 2)
SLOPES = (0.0, 0.05, 0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0)
REACH, SLOPE, UNDERSTOOD, BEGINNINGS = 0.7, 1.0, 0.1, 10
"""Where the search begins: as if so much of the nonsense was understood, at every so many of the least similarities."""
FEW = 3
"""Of what is not there, so many hits may come."""
EMPTY = {"strict": 0.04, "default": 0.04, "loose": 0.08}
"""The share of nonsense, of each kind, that may find something."""
SILENT = 0.03
"""The share of answerable queries that may find nothing at the default level; others will be harder than these."""
CROWDED = 0.12
"""The share of absent things that may find more than FEW."""
PENALTY = 3.0
"""What a share beyond its bound costs, against the F score."""


@dataclass(frozen=True)
class Words:
    """What the numbers of words are chosen on."""

    photos: Asked
    drawn: Asked
    few_drawn: Asked
    absent: Asked
    nonsense: dict[str, Asked]


@dataclass(frozen=True)
class Figures:
    """Means over queries at a cut; precision over those alone that find something."""

    precision: float
    recall: float
    f1: float
    empty: float
    few: float
    """The share of queries that find at most FEW."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--pack", type=Path, required=True, help="the pack's folder")
    parser.add_argument("--work", type=Path, help="a folder that keeps the vectors of the held-out pictures")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="put the cut into the pack's manifest")
    options = parser.parse_args()
    pack = load_pack(options.pack)
    encoders = open_encoders(pack, "onnx", options.threads)
    judging = Judging(options.data, read_held(options.data), judging_scenes())
    pictures = embedded(judging, encoders, options.work)
    space = Space(pack.background, nothing(encoders.text.embed), encoders.text.embed)
    manifest = pack.manifest
    cut = calibrate(pictures.half(judging=False), space, manifest.logit_scale, manifest.logit_bias)
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(cut)).decode() + "\n")
    if options.write:
        write(pack, cut)
    return 0


def write(pack: Pack, cut: Cut) -> None:
    """Puts the cut into the manifest."""
    changed = msgspec.structs.replace(pack.manifest, cut=cut)
    (pack.folder / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(changed)) + b"\n")


def calibrate(half: Pictures, space: Space, scale: float, bias: float) -> Cut:
    """The cut of a model, whose own belief in a pair has the log odds scale * cosine + bias."""
    words = Words(
        asked.photographs(half, space),
        asked.drawings(half, space),
        asked.drawings(half, space, asked.SOME_DRAWN),
        asked.absent(half, space),
        asked.nonsense(NONSENSE, half, space),
    )
    levels, vague = of_words(words, scale, bias)
    image, mixed = (of_pictures(some) for some in (asked.alike(half, space), asked.mixed(half, space)))
    return Cut(levels.strict, levels.default, levels.loose, image, mixed, vague)


def of_words(words: Words, scale: float, bias: float) -> tuple[CutLevels, Vague]:
    """The default level and the vagueness together, then the other levels with the same vagueness."""
    right = words.photos.similarity[words.photos.truth]
    least = [round(float(similarity), 4) for similarity in np.quantile(right, MISSED)]
    rules = [CutLevel(0.0, similarity, probability(similarity, scale, bias)) for similarity in least]
    vagueness = np.concatenate([some.chance.vagueness for some in words.nonsense.values()])
    start = Vague(round(float(np.quantile(vagueness, UNDERSTOOD)), 2), SLOPE)
    climbed = [_climbed(words, rules, _with(rule, REACH), start) for rule in rules[::BEGINNINGS]]
    rule, vague = max(climbed, key=lambda one: _worth(words, *one))
    every = [_with(one, float(reach)) for one in rules for reach in REACHES]
    stricter = [one for one in every if one.reach >= rule.reach and one.similarity >= rule.similarity]
    looser = [one for one in every if one.reach <= rule.reach and one.similarity <= rule.similarity]
    strict = max(stricter, key=lambda one: _worth(words, one, vague, "strict"))
    loose = max(looser, key=lambda one: _worth(words, one, vague, "loose"))
    return CutLevels(strict, rule, loose), vague


def _climbed(words: Words, rules: list[CutLevel], rule: CutLevel, vague: Vague) -> tuple[CutLevel, Vague]:
    """Better numbers from these on, one changed at a time until none gets better."""
    before = -np.inf
    while (now := _worth(words, rule, vague)) > before:
        before = now
        ways = [
            *((_with(rule, float(reach)), vague) for reach in REACHES),
            *((_with(one, rule.reach), vague) for one in rules),
            *((rule, Vague(vague.start, slope)) for slope in SLOPES),
            *((rule, Vague(float(start), vague.slope)) for start in STARTS),
        ]
        rule, vague = max(ways, key=lambda one: _worth(words, *one))
    return rule, vague


def of_pictures(some: Asked) -> CutLevels:
    """A share of the way for each level."""

    def best(level: str, least: float, most: float) -> float:
        shares = [float(reach) for reach in REACHES if least <= reach <= most]
        return max(shares, key=lambda reach: f_scores(some, _cuts(some, _share(reach), None), BETAS[level]).mean())

    default = best("default", 0, 9)
    strict, loose = best("strict", default, 9), best("loose", 0, default)
    return CutLevels(_share(strict), _share(default), _share(loose))


def at_the_cut(some: Asked, rule: CutLevel, vague: Vague | None) -> Figures:
    """What a level keeps."""
    return figures(some, _cuts(some, rule, vague))


def figures(some: Asked, cuts: Vectors) -> Figures:
    """What these cuts keep, one a query."""
    kept = some.kept(cuts)
    found, hits, right = kept.sum(axis=1), (kept & some.truth).sum(axis=1), some.truth.sum(axis=1)
    answered = found > 0
    return Figures(
        precision=float((hits[answered] / found[answered]).mean()) if answered.any() else 0.0,
        recall=float((hits / np.maximum(right, 1)).mean()),
        f1=float(f_scores(some, cuts).mean()),
        empty=float((~answered).mean()),
        few=float((found <= FEW).mean()),
    )


def f_scores(some: Asked, cuts: Vectors, beta: float = 1.0) -> Vectors:
    """The F score of each query at its cut; one that keeps nothing scores 0."""
    kept = some.kept(cuts)
    hits = (kept & some.truth).sum(axis=1)
    scores: Vectors = (1 + beta**2) * hits / np.maximum(kept.sum(axis=1) + beta**2 * some.truth.sum(axis=1), 1)
    return scores


def best_f(some: Asked) -> Vectors:
    """The F1 of each query at the cut that is best for it: what no cut of the same ranking can pass."""
    ranked = np.argsort(-np.where(some.known, some.similarity, -np.inf), axis=1, kind="stable")
    hits = np.take_along_axis(some.truth & some.known, ranked, 1).cumsum(axis=1)
    found = np.arange(1, ranked.shape[1] + 1)
    best: Vectors = (2 * hits / (found + some.truth.sum(axis=1, keepdims=True))).max(axis=1)
    return best


def first(some: Asked, count: int) -> Vectors:
    """The cuts [queries] that keep so many pictures of each query, whatever they are."""
    ranked = np.sort(np.where(some.known, some.similarity, -np.inf), axis=1)
    cuts: Vectors = ranked[:, -min(count, ranked.shape[1])]
    return cuts


def fixed(some: Asked, similarity: float) -> Vectors:
    """The same cut for every query."""
    return np.full(len(some.truth), similarity, np.float32)


def best_fixed(some: Asked) -> float:
    """The one similarity that is best for all queries together."""
    return float(max(np.arange(-0.2, 1.0, 0.01), key=lambda similarity: f_scores(some, fixed(some, similarity)).mean()))


def _worth(words: Words, rule: CutLevel, vague: Vague, level: str = "default") -> float:
    """The geometric mean of F on photographs and on drawings, few and many, which must not be given up for each other,
    less what is found of nothing, and at the default level what is not found at all."""

    def empty(some: Asked) -> float:
        return float((~some.kept(_cuts(some, rule, vague)).any(axis=1)).mean())

    answerable = (words.photos, words.drawn, words.few_drawn)
    photos, many, few = (f_scores(some, _cuts(some, rule, vague), BETAS[level]).mean() for some in answerable)
    excess = [max(0.0, 1 - EMPTY[level] - empty(some)) for some in words.nonsense.values()]
    if level == "default":
        excess.append(max(0.0, empty(words.photos) - SILENT))
        excess.append(max(0.0, 1 - CROWDED - at_the_cut(words.absent, rule, vague).few))
    return float(photos**0.5 * (many * few) ** 0.25) - PENALTY * max(excess)


def _cuts(some: Asked, rule: CutLevel, vague: Vague | None) -> Vectors:
    return cuts_of(some.chance, rule, vague).astype(np.float32)


def _with(rule: CutLevel, reach: float) -> CutLevel:
    return CutLevel(rule.z, rule.similarity, rule.probability, reach)


def _share(reach: float) -> CutLevel:
    return CutLevel(0.0, -1.0, 0.0, reach)


if __name__ == "__main__":
    sys.exit(main())
