"""English nouns beyond the names that pictures are known by, and the nearest of those names above each.

Nobody showed the model a sparrow by that name, but WordNet says that it is a bird; of "philosophy" it says nothing that
could be seen. So the first is learnt as "perhaps, where a bird is", the second as true of no picture, and a query for
either is answered sensibly. Formats: wndb(5WN).
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.concepts import ABSTRACT, Concepts

# A name above stands for a kind of thing only while it is not above half of everything.
MOST_CLASSES = 130
HIGHEST = 8
# Lexicographer files (lexnames(5WN)): animals, artefacts, food, objects and plants look like what is above them.
SEEN = {"05", "06", "13", "17", "20"}
# Bodies, places, people, phenomena and substances can be seen too, but no name above says how.
UNSURE = {"08", "15", "18", "19", "27"}


@dataclass(frozen=True)
class Nouns:
    """Nouns that are no names themselves; `above` is the row of a name in the concepts, or -1.

    `evidence` says how surely a noun without a name above is true of no picture.
    """

    words: list[str]
    above: NDArray[np.int64]
    evidence: NDArray[np.float32]
    weight: NDArray[np.float64]

    def draw(self, random: np.random.Generator, count: int) -> NDArray[np.int64]:
        """So many nouns; half of them have a name above them."""
        return random.choice(len(self.words), count, p=self.weight)


def read_nouns(wordnet: Path, concepts: Concepts) -> Nouns:
    """All nouns of WordNet in their first sense, but those that are names already, long, or with figures in them."""
    synsets = _read_synsets(wordnet / "data.noun")
    plain = np.array([name not in ABSTRACT for name in concepts.names])
    usable = plain & concepts.covered & (concepts.under.sum(axis=0) <= MOST_CLASSES)
    row = {name: i for i, name in enumerate(concepts.names) if usable[i]}
    words, above, evidence, weight = [], [], [], []
    with (wordnet / "index.noun").open(encoding="ascii") as file:
        for line in file:
            if line.startswith("  "):
                continue
            lemma, *fields = line.split()
            word, senses = lemma.replace("_", " "), int(fields[1])
            if word in concepts.names_set or word.count(" ") > 1 or not word.replace(" ", "").isalpha():
                continue
            first = fields[-senses]
            kind = synsets[first][2]
            words.append(word)
            above.append(_name_above(first, synsets, row) if kind in SEEN else -1)
            evidence.append(0.2 if kind in SEEN | UNSURE else 0.7)
            # The count of tagged senses says how common the word is, as far as it is counted at all.
            weight.append(np.log2(2 + int(fields[-senses - 1])) * (1 if " " in word else 3))
    rows = np.array(above)
    return Nouns(words, rows, np.array(evidence, np.float32), _balanced(rows, np.array(weight, float)))


def _balanced(above: NDArray[np.int64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """The weights, with half of the sum on nouns that have a name above them."""
    known = above >= 0
    return np.where(known, weight / weight[known].sum(), weight / weight[~known].sum()) / 2


def _read_synsets(path: Path) -> dict[str, tuple[list[str], str, str]]:
    """Offset to (lower-case words, offset of the first hypernym or nothing, lexicographer file)."""
    found = {}
    with path.open(encoding="ascii") as file:
        for line in file:
            if line.startswith("  "):
                continue
            fields = line.split(" | ")[0].split()
            count = int(fields[3], 16)
            words = [w.replace("_", " ").lower() for w in fields[4 : 4 + 2 * count : 2]]
            pointers = fields[5 + 2 * count :]
            above = next((pointers[i + 1] for i in range(0, len(pointers), 4) if pointers[i] in ("@", "@i")), "")
            found[fields[0]] = (words, above, fields[1])
    return found


def _name_above(offset: str, synsets: dict[str, tuple[list[str], str, str]], row: dict[str, int]) -> int:
    """The first known name on the way up, the most widely used of its synset; -1 where the way ends without one."""
    for _ in range(HIGHEST):
        if not offset:
            return -1
        words, offset, _ = synsets[offset]
        for word in words:
            if word in row:
                return row[word]
    return -1
