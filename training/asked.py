"""What is asked of one half of the held-out pictures, to choose the cut or to judge it.

Words that hold of some photographs or drawings; pictures as queries, and pictures with their own name; things of which
the half shows none; and texts that mean nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.concepts import NOUNS
from training.evaluate import EmbedTexts, HeldOut, Truth, Vectors, pair_truth
from training.halves import Pictures
from training.tokenizer import words
from vaultd.demo.palette import COLOURS
from vaultd.demo.things import THINGS
from vaultd.models.encoder import normalise
from vaultd.search.cut import Chance, Kind

POSITIVES = 3
"""A question is asked of a half where so many of its photographs are right."""
BROADEST = 1 / 8
"""A name that holds of more of the photographs says too little to be asked for."""
ABSENT = 300
FEWEST_WORDS = 3
SOME_DRAWN = 8
"""Every so many of the drawings are as many as the demo library has."""


@dataclass(frozen=True)
class Asked:
    """Queries of one kind over one set of pictures. `similarity`, `truth` and `known` are [queries, pictures].

    What is not known to be right or wrong counts neither way, as does the picture that asks.
    """

    kind: Kind
    similarity: Vectors
    chance: Chance
    truth: Truth
    known: Truth

    def kept(self, cuts: Vectors) -> Truth:
        """What passes these cuts, one a query, of what is known."""
        found: Truth = (self.similarity >= cuts[:, None]) & self.known
        return found


@dataclass(frozen=True)
class Space:
    """Where queries are compared: the background sample, the direction of meaningless texts, and the text tower."""

    background: Vectors
    nothing: Vectors
    embed: EmbedTexts

    def texts(self, texts: Sequence[str], pictures: Vectors, truth: Truth) -> Asked:
        """Every text over every picture."""
        vectors = self.embed(texts)
        return self.vectors("text", vectors, pictures, truth, np.ones_like(truth), vectors @ self.nothing)

    def vectors(
        self,
        kind: Kind,
        vectors: Vectors,
        pictures: Vectors,
        truth: Truth,
        known: Truth,
        vagueness: Vectors | float = -1.0,
    ) -> Asked:
        """Any queries' vectors over every picture."""
        chance = Chance.of(vectors @ self.background.T, np.asarray(vagueness, np.float64))
        return Asked(kind, vectors @ pictures.T, chance, truth, known)


def photographs(pictures: Pictures, space: Space) -> Asked:
    """Nouns and label names on photographs."""
    names = asked_names(pictures.held)
    return space.texts(names, pictures.photos, np.stack([pictures.held.truth(name) for name in names]))


def drawings(pictures: Pictures, space: Space, every: int = 1) -> Asked:
    """ "red car" and "car" on every so many of the drawn pictures, each where one of them is right."""
    pairs = [(c, t) for c in COLOURS for t in THINGS]
    scenes = pictures.scenes[::every]
    truth = [pair_truth(scenes, c, t) for c, t in pairs] + [np.array([s.thing == t for s in scenes]) for t in THINGS]
    texts = [f"{c} {t}" for c, t in pairs] + list(THINGS)
    answered = {text: right for text, right in zip(texts, truth, strict=True) if right.any()}
    return space.texts(list(answered), pictures.drawn[::every], np.stack(list(answered.values())))


def alike(pictures: Pictures, space: Space) -> Asked:
    """Photographs as queries: right are those of the same label, unknown those that share any name asked for."""
    same, known = _alike(pictures.held)
    asking = np.flatnonzero(same.sum(axis=1) >= POSITIVES)
    return space.vectors("image", pictures.photos[asking], pictures.photos, same[asking], known[asking])


def mixed(pictures: Pictures, space: Space) -> Asked:
    """The same photographs, each added to its own label's name."""
    same, known = _alike(pictures.held)
    asking = np.flatnonzero(same.sum(axis=1) >= POSITIVES)
    named = space.embed([pictures.held.names[pictures.held.rows[place]] for place in asking])
    sums = normalise(pictures.photos[asking] + named)
    return space.vectors("mixed", sums, pictures.photos, same[asking], known[asking])


def absent(pictures: Pictures, space: Space) -> Asked:
    """Names of the teacher's classes, and names above few of them, that no photograph of this half shows."""
    held, concepts = pictures.held, pictures.held.concepts
    labels = concepts.label_of[held.rows]
    shown: Truth = concepts.label_names[labels[labels >= 0]].sum(axis=0) > 0
    said = {word for row in held.rows for caption in held.photos[row].captions for word in words(caption)}
    names = [n for n, c, s in zip(concepts.names, concepts.covered, shown, strict=True) if c and not s]
    names = [name for name in names if not said & set(words(name))]
    return nothing_of(names[:: max(1, len(names) // ABSENT)][:ABSENT], pictures.photos, space)


def nonsense(file: Path, pictures: Pictures, space: Space) -> dict[str, Asked]:
    """By its kinds, over photographs and some drawings."""
    everything = np.concatenate([pictures.photos, pictures.drawn[::SOME_DRAWN]])
    return {kind: nothing_of(texts, everything, space) for kind, texts in read_nonsense(file).items()}


def read_nonsense(file: Path) -> dict[str, list[str]]:
    """The texts of each `[kind]` of a file, one a line; what follows # is a comment."""
    found: dict[str, list[str]] = {}
    kind = ""
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            kind = line.strip("[]")
        elif line and not line.startswith("#"):
            found.setdefault(kind, []).append(line)
    return found


def asked_names(held: HeldOut) -> list[str]:
    """Everyday nouns, then label names, that are true of enough of these photographs."""
    nouns = [n for n in NOUNS if held.truth(n).sum() >= POSITIVES]
    return nouns + [n for n in _label_names(held) if n not in nouns]


def _label_names(held: HeldOut) -> list[str]:
    """Names that hold, by label, of a few held-out photographs but not of a large part of them."""
    concepts = held.concepts
    labels = concepts.label_of[held.rows]
    counts = concepts.label_names[labels[labels >= 0]].sum(axis=0)
    frequent = concepts.weight > np.median(concepts.weight)
    chosen = (counts >= POSITIVES) & (counts <= BROADEST * len(labels)) & frequent
    return [concepts.names[i] for i in np.flatnonzero(chosen)]


def _alike(held: HeldOut) -> tuple[Truth, Truth]:
    """[photographs, photographs]: whether they have the same label, and whether that is known."""
    names = np.array([held.names[row] for row in held.rows])
    same = (names[:, None] == names) & (names != "")
    np.fill_diagonal(same, val=False)
    showing = np.stack([held.truth(name) for name in asked_names(held)]).astype(np.float32)
    known = same | (showing.T @ showing == 0)
    np.fill_diagonal(known, val=False)
    return same, known


def nothing_of(texts: Sequence[str], pictures: Vectors, space: Space) -> Asked:
    """Texts to which no picture is right."""
    return space.texts(texts, pictures, np.zeros((len(texts), len(pictures)), bool))
