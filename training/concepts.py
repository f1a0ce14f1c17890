"""Which words are true of which photograph: the names of the teacher's classes, of the labels and of the captions.

A name is *covered* when the teacher answers for it: the probability that it is true of a crop is the sum over the
classes it names or lies above. The other names are known only from labels and captions, so that their absence means
much within a source and little outside it.
"""

import csv
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.photos import Photo
from training.tokenizer import words

Array = NDArray[np.float32]

LABELS = Path(__file__).with_name("labels.txt")
_LISTS = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
NOUNS: list[str] = _LISTS["nouns"]
ABSTRACT, UNTRUSTED, COMMON, STOP = (set(_LISTS[name]) for name in ("abstract", "untrusted", "common", "stop"))


@dataclass(frozen=True)
class Concepts:
    """All names and what is known of them. N names, C = 1000 classes, K labels, P photographs."""

    names: list[str]
    """[N], lower case"""
    under: Array
    """[C, N]: 1 where the class is named so or lies below"""
    covered: NDArray[np.bool_]
    """[N]"""
    weight: Array
    """[N]: how often the name is drawn"""
    label_of: NDArray[np.int32]
    """[P]: the photograph's row in the next two, -1 for none"""
    label_names: Array
    """[K, N]: 1 where the label means the name"""
    label_classes: Array
    """[K, C]: 1 for the classes that the label allows; all zero where it says nothing"""
    caption_names: dict[int, Array]
    """photograph to [N]: the share of its captions that say the name, at most 1"""
    evidence: dict[str, Array]
    """source to [N]: how much the absence of an uncovered name means there"""

    @cached_property
    def names_set(self) -> frozenset[str]:
        """The names, to look one up."""
        return frozenset(self.names)

    def row(self, name: str) -> int:
        """The row of a name, which must exist."""
        return self.names.index(name)


def read_labels() -> dict[str, list[str]]:
    """labels.txt: label to names, the most special first."""
    found: dict[str, list[str]] = {}
    shared: list[str] = []
    for line in LABELS.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            shared = line.strip("[]").split("|")
        elif " = " in line:
            label, names = line.split(" = ")
            found[label] = names.split("|") + shared
    return found


def read_classes(data: Path) -> tuple[dict[str, int], list[list[str]]]:
    """imagenet_classes.csv: WordNet id to class, and each class's names and hypernyms, lower case."""
    with (data / "imagenet_classes.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = [[n.lower() for n in (row["names"] + "|" + row["hypernyms"]).split("|")] for row in rows]
    return {row["wnid"]: number for number, row in enumerate(rows)}, names


def names_of(photo: Photo, wnids: dict[str, int], classes: list[list[str]], labels: dict[str, list[str]]) -> list[str]:
    """The names that a photograph's label means."""
    if photo.label in wnids:
        return [n for n in classes[wnids[photo.label]] if n not in ABSTRACT]
    if photo.source.endswith("dog_breeds"):
        return [photo.label, "dog", "pet", "animal"]
    if photo.label in ("", "BACKGROUND_Google"):
        return []
    return labels[photo.label]


def caption_words(photos: list[Photo], at_least: int = 8) -> list[str]:
    """Words in the captions of at least so many photographs, without the little ones."""
    counts = Counter(w for p in photos if p.captions for w in {w for c in p.captions for w in words(c)})
    return sorted(w for w, n in counts.items() if n >= at_least and w not in STOP and len(w) > 2)


def build_concepts(data: Path, photos: list[Photo], seen: list[int]) -> Concepts:
    """Everything known about names; `seen` are the rows that training may look at."""
    wnids, classes = read_classes(data)
    labels = read_labels()
    of_photo = [names_of(p, wnids, classes, labels) for p in photos]
    said = caption_words([photos[row] for row in seen])
    label_keys = sorted({(p.source, p.label) for p in photos if p.label})
    known = {n for c in classes for n in c if n not in ABSTRACT} | {n for names in of_photo for n in names} | set(said)
    names = sorted(known)
    row = {name: i for i, name in enumerate(names)}

    under = np.zeros((len(classes), len(names)), np.float32)
    for number, own in enumerate(classes):
        under[number, [row[n] for n in own if n in row]] = 1
    untrusted = np.array([n in UNTRUSTED for n in names])
    key_row = {key: i for i, key in enumerate(label_keys)}
    label_of = np.array([key_row.get((p.source, p.label), -1) for p in photos], np.int32)
    label_names = np.zeros((len(label_keys), len(names)), np.float32)
    label_classes = np.zeros((len(label_keys), len(classes)), np.float32)
    for photo, own in zip(photos, of_photo, strict=True):
        key = key_row.get((photo.source, photo.label), -1)
        if key >= 0 and own and not label_names[key].any():
            label_names[key], label_classes[key] = _label_rows(own, row, under, untrusted)
            if photo.label in wnids:
                label_classes[key] = np.eye(len(classes), dtype=np.float32)[wnids[photo.label]]
    captions = {r: _said_share(photos[r], row, set(said)) for r in seen if photos[r].captions}
    covered = under.any(axis=0) & ~untrusted
    return Concepts(
        names,
        under,
        covered,
        _weights(names, under, label_names, said, row),
        label_of,
        label_names,
        label_classes,
        captions,
        _evidence(photos, label_keys, label_names, covered, names, said, row),
    )


def _label_rows(own: list[str], row: dict[str, int], under: Array, untrusted: NDArray[np.bool_]) -> tuple[Array, Array]:
    """A label's names with all names above them, and the classes it allows."""
    marks = np.zeros(under.shape[1], np.float32)
    marks[[row[n] for n in own]] = 1
    allowed = np.zeros(under.shape[0], np.float32)
    first = own[0] if own[-1] != "animal" else min(own, key=lambda n: under[:, row[n]].sum() or np.inf)
    # A sport's name is also that of its ball, of an insect (cricket) or of a garden's edge (fencing).
    if under[:, row[first]].any() and not untrusted[row[first]] and "sport" not in own:
        allowed = under[:, row[first]].copy()
        above = under[allowed > 0].all(axis=0)
        marks[above] = 1
    return marks, allowed


def _said_share(photo: Photo, row: dict[str, int], said: set[str]) -> Array:
    """Half of the captions saying a word make it true; fewer make it likely."""
    counts = Counter(w for c in photo.captions for w in set(words(c)) if w in said)
    shares = np.zeros(len(row), np.float32)
    for word, count in counts.items():
        shares[row[word]] = min(1.0, 0.3 + 0.35 * count) if count > 1 else 0.5
    return shares


def _weights(names: list[str], under: Array, label_names: Array, said: list[str], row: dict[str, int]) -> Array:
    """Everyday names and names above many classes are drawn more often than Latin ones."""
    weight = 1 + 0.5 * np.sqrt(under.sum(axis=0))
    weight += 3 * label_names.any(axis=0)
    weight[[row[w] for w in said]] += 1.5
    weight *= np.array([1.5 if " " not in n else 0.8 for n in names])
    shares: Array = (weight / weight.sum()).astype(np.float32)
    return shares


def _evidence(
    photos: list[Photo],
    keys: list[tuple[str, str]],
    label_names: Array,
    covered: NDArray[np.bool_],
    names: list[str],
    said: list[str],
    row: dict[str, int],
) -> dict[str, Array]:
    """How much a name's absence means, by source: all for covered names and the source's own, little elsewhere."""
    elsewhere = np.where(np.array([n in COMMON for n in names]), 0.05, 0.25).astype(np.float32)
    found = {}
    for source in {p.source for p in photos}:
        own = np.zeros(len(names), bool)
        own |= label_names[[i for i, key in enumerate(keys) if key[0] == source]].any(axis=0)
        if source == "flickr8k":
            own[[row[w] for w in said]] = True
        found[source] = np.where(covered | own, np.float32(1), elsewhere)
    return found
