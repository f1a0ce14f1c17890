"""What a part of a query means, as a vector: of words by the model, of likes by their pictures, of sums by adding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from vaultd.index.vector import Vectors
from vaultd.query import Like, Node, Phrase, Sum, Words
from vaultd.query.ast import Part
from vaultd.search.cut import Kind
from vaultd.search.likes import Samples
from vaultd.search.meaning import Meaning

Leaf: TypeAlias = Words | Phrase | Like | Sum
"""A condition that ranks: it is found by meaning, by text, or by both."""

_CANCELLED = 1e-4
_SIGNS = ".,;:!?…"


@dataclass(frozen=True, slots=True)
class Sense:
    """A vector [dimension] of length one, and what it was made of. It is all zeros where a sum takes away what it adds:
    nothing is meant by that."""

    vector: Vectors
    kind: Kind

    @property
    def empty(self) -> bool:
        """Whether nothing is meant."""
        return not self.vector.any()


def is_leaf(node: Node) -> bool:
    """Whether a condition ranks by itself."""
    return isinstance(node, Words | Phrase | Like | Sum)


def sense(meaning: Meaning, samples: Samples, leaf: Leaf) -> Sense:
    """What a leaf means. `samples` holds every like of the query."""
    if not isinstance(leaf, Sum):
        return Sense(_part(meaning, samples, leaf), "image" if isinstance(leaf, Like) else "text")
    rows = np.stack([term.weight * _part(meaning, samples, term.part) for term in leaf.terms])
    added = rows.sum(axis=0)
    length = float(np.linalg.norm(added))
    whole = float(np.abs([term.weight for term in leaf.terms]).max())
    vector = added / length if length > _CANCELLED * whole else np.zeros_like(added)
    return Sense(vector.astype(np.float32), kind_of(leaf))


def kind_of(leaf: Leaf) -> Kind:
    """What a leaf's vector is made of."""
    parts: tuple[Part, ...] = tuple(term.part for term in leaf.terms) if isinstance(leaf, Sum) else (leaf,)
    likes = sum(isinstance(part, Like) for part in parts)
    return "text" if not likes else "image" if likes == len(parts) else "mixed"


def text_of(part: Words | Phrase) -> str:
    """The text that the model is given: without the signs at the end of words, which mean nothing in a query."""
    words = part.text.split() if isinstance(part, Phrase) else part.words
    return " ".join(word.rstrip(_SIGNS) or word for word in words)


def _part(meaning: Meaning, samples: Samples, part: Part) -> Vectors:
    return samples[part].vector if isinstance(part, Like) else meaning.vector(text_of(part))
