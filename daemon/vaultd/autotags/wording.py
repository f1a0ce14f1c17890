"""The vectors of a vocabulary's terms, made once for each model and kept in a file: making them takes some seconds."""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vaultd.autotags.vocabulary import Vocabulary

log = logging.getLogger(__name__)

Vectors = NDArray[np.float32]
EmbedTexts = Callable[[Sequence[str]], Vectors]
AT_ONCE = 32
"""Texts that go through the model together; a search that comes meanwhile waits for no more."""


def key(vocabulary: Vocabulary, model: str) -> str:
    """What the vectors depend on: the model, and every text in its order."""
    told = json.dumps([model, [term.texts for term in vocabulary.terms]])
    return hashlib.blake2b(told.encode(), digest_size=16).hexdigest()


def vectors(vocabulary: Vocabulary, embed: EmbedTexts) -> Vectors:
    """The terms' vectors, [terms, dimension] of length one, all at once."""
    *_, made = steps(vocabulary, embed)
    return made


def steps(vocabulary: Vocabulary, embed: EmbedTexts) -> Iterator[Vectors]:
    """Makes the terms' vectors a few texts at a time; the last value is all of them, those before are of no use.

    There must be a term.
    """
    texts = [text for term in vocabulary.terms for text in term.texts]
    made: list[Vectors] = []
    for start in range(0, len(texts), AT_ONCE):
        made.append(embed(texts[start : start + AT_ONCE]))
        yield made[-1]
    yield _means(np.concatenate(made), [len(term.texts) for term in vocabulary.terms])


def _means(rows: Vectors, counts: Sequence[int]) -> Vectors:
    """The mean direction of each run of so many rows."""
    sums = np.add.reduceat(rows, np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64), axis=0)
    means: Vectors = (sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12)).astype(np.float32)
    return means


def remembered(folder: Path, wanted: str, terms: int, dimension: int) -> Vectors | None:
    """The vectors kept under this key, None if there are none that can be used."""
    try:
        found = np.load(folder / f"{wanted}.npy", allow_pickle=False)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, EOFError) as error:
        log.warning("the vectors of the vocabulary are made anew: %s", error)
        return None
    if found.shape != (terms, dimension) or found.dtype != np.float32 or not np.isfinite(found).all():
        return None
    kept: Vectors = found
    return kept


def remember(folder: Path, wanted: str, made: Vectors) -> None:
    """Keeps vectors under a key, in the place of all others: they are a cache, and one is enough."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.npy*"):
        old.unlink(missing_ok=True)
    temporary = folder / f"{wanted}.npy.part"
    with temporary.open("wb") as file:
        np.save(file, made, allow_pickle=False)
    os.replace(temporary, folder / f"{wanted}.npy")
