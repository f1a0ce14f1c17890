"""Which words are true of a held-out photograph, which are false, and of which nothing is known.

A photograph's label says what it shows first, and little about what else is in it. So a word is

- true where the label means it, directly or as a name above it, or where two of the captions say it;
- false where the label leaves no room for it: it belongs to a kind of things (animals, instruments...) that a
  photograph of this source would not show without being labelled so, or it is another label of the same source; where
  there are captions, when none of them says it, a kind of it, or something that it is a kind of;
- unknown else: a kind of what the label says (the label "dog" leaves open whether it is a beagle), what one caption
  says, all that photographs show beside their subject (people, clothes, places, plants), and colours, activities and
  styles.

What is unknown counts neither as right nor as wrong.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from training.concepts import COMMON, UNTRUSTED
from training.evaluate import HeldOut
from training.phrases import plural
from training.tokenizer import words

Answers = NDArray[np.int8]
"""[photographs]: 1 true, -1 false, 0 unknown."""

KINDS = {
    "animal": "animal",
    "food": "food",
    "instrument": "musical instrument",
    "vehicle": "vehicle",
    "clothes": "clothing",
}
"""Kinds of things, and the name above all of a kind. What is above none of them is a "thing"; common words are open."""

SUBJECTS = frozenset({"animal", "food", "instrument", "vehicle", "thing"})
"""A photograph of one subject is labelled by it: of these kinds, it shows nothing else."""

CLOSED = {
    "jurjsorinliviu/Sports-Type-Classifier": {"animal", "food", "instrument"},
    "srohit0/food_mnist": {"animal", "instrument", "vehicle"},
    "afroozsheikh/Intel-Image-Classifier": {"animal", "food", "instrument"},
    "emanhamed/Houses-dataset": {"animal", "food", "instrument", "vehicle"},
}
"""Sources whose photographs show more than one subject, and the kinds that they do not show."""

SAYS = {
    "person": "man men woman women boy boys girl girls child children kid kids people player guy lady baby toddler",
    "people": "man men woman women boy boys girl girls child children kids crowd group players",
    "child": "boy boys girl girls children kid kids toddler baby",
    "man": "men guy",
    "woman": "women lady",
    "dog": "puppy pup puppies",
    "bicycle": "bike bikes biker cyclist",
    "motorcycle": "motorbike motorcyclist",
    "water": "lake river ocean sea pool wave waves",
    "snow": "snowy snowboarder ski skier",
}
"""Words of captions that say another word too."""


class Known:
    """Truth of words over the judging photographs; `kinds` names the kind of words that are no name in the concepts."""

    def __init__(self, held: HeldOut, kinds: Mapping[str, str] | None = None) -> None:
        self._held, self._kinds = held, dict(kinds or {})
        self._concepts = held.concepts
        self._row = {name: i for i, name in enumerate(self._concepts.names)}
        self._labels = self._concepts.label_of[held.rows]
        self._names_of_sources, self._sources = np.unique(
            [held.photos[r].source for r in held.rows], return_inverse=True
        )
        self._classes = self._concepts.under.sum(axis=0)
        self._said = [
            [set(words(c)) for c in held.photos[r].captions] if held.photos[r].captions else None for r in held.rows
        ]

    def truth(self, term: str, synonyms: Sequence[str] = ()) -> Answers:
        """[photographs]: 1 where the word or a synonym is true, -1 where it is false, 0 where that is not known."""
        found = [self._truth(word) for word in (term, *synonyms)]
        true, false = np.max(found, axis=0) > 0, np.min(found, axis=0) < 0
        return np.where(true, 1, np.where(false, -1, 0)).astype(np.int8)

    def _truth(self, term: str) -> Answers:
        row = next(
            (self._row[form] for form in (term, plural(term), term.removesuffix("s")) if form in self._row), None
        )
        kind = self._kind(term, row)
        found = np.zeros(len(self._labels), np.int8)
        labelled = self._labels >= 0
        found[labelled] = self._of_labels(row, kind)[self._labels[labelled]]
        closed = np.array([kind in CLOSED.get(str(s), SUBJECTS) for s in self._names_of_sources])[self._sources]
        own = self._own_label(row)
        found = np.where((found < 0) & ~closed & ~own, 0, found).astype(np.int8)
        saying, hints = self._said_by(term, row, kind)
        for place, captions in enumerate(self._said):
            if captions is not None:
                count = sum(bool(saying & said) or set(term.split()) <= said for said in captions)
                absent = kind in SUBJECTS and not any(hints & said for said in captions)
                found[place] = int(count > 1) if count else -int(absent)
        return found

    def _kind(self, term: str, row: int | None) -> str:
        """The word's kind: one of KINDS, "thing", or "" for a word whose absence says nothing."""
        name = term if row is None else self._concepts.names[row]
        if name not in KINDS.values() and name in COMMON | UNTRUSTED:
            return ""
        if row is None:
            return self._kinds.get(term, "")
        classes = self._concepts.under[:, row] > 0
        for kind, above in KINDS.items():
            inside = classes if classes.any() else self._concepts.label_names[:, row] > 0
            whole = self._concepts.under if classes.any() else self._concepts.label_names
            if inside.any() and (whole[inside][:, self._row[above]] > 0).all():
                return kind
        return "thing" if classes.any() else ""

    def _of_labels(self, row: int | None, kind: str) -> Answers:
        """[labels]: the word's truth by each label alone; false wherever the label leaves no room for it."""
        names = self._concepts.label_names
        meant = names[:, row] > 0 if row is not None else np.zeros(len(names), bool)
        if row is not None and self._concepts.under[:, row].any():
            open_ = (self._concepts.label_classes @ self._concepts.under[:, row]) > 0
        else:
            open_ = names[:, self._row[KINDS[kind]]] > 0 if kind in KINDS else np.zeros(len(names), bool)
        empty = ~names.any(axis=1)
        return np.where(meant, 1, np.where(open_ | empty, 0, -1)).astype(np.int8)

    def _own_label(self, row: int | None) -> NDArray[np.bool_]:
        """[photographs]: whether the word is what a label of the photograph's source means, and no common word."""
        if row is None or self._concepts.names[row] in COMMON:
            return np.zeros(len(self._labels), bool)
        meant = (self._labels >= 0) & (self._concepts.label_names[self._labels, row] > 0)
        return np.isin(self._sources, np.unique(self._sources[meant]))

    def _said_by(self, term: str, row: int | None, kind: str) -> tuple[set[str], set[str]]:
        """Words of captions that say the word or a kind of it, and those that it may be a kind of."""
        saying = {term, plural(term), *SAYS.get(term, "").split()}
        if row is None and kind in KINDS:
            return saying, self._said_by(KINDS[kind], self._row[KINDS[kind]], kind)[0]
        if row is None or not self._concepts.covered[row]:
            return saying, set()
        shared = self._concepts.under[:, row] @ self._concepts.under
        below = np.flatnonzero(self._concepts.covered & (shared == self._classes))
        above = np.flatnonzero(self._concepts.covered & (shared == self._classes[row]))
        return saying | self._forms(below), self._forms(above) - {term}

    def _forms(self, rows: NDArray[np.int64]) -> set[str]:
        """The names of these rows, with their plurals."""
        return {form for i in rows for form in (self._concepts.names[i], plural(self._concepts.names[i]))}
