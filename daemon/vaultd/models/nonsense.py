"""Texts that mean nothing, made by rule: what a model says of them is what it says when it understood nothing."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from vaultd.models.encoder import normalise

NONSENSE = 100
_SEED = 20261121
_LETTERS, _CONSONANTS, _VOWELS = "abcdefghijklmnopqrstuvwxyz", "bcdfghjklmnpqrstvwxz", "aeiouy"


def nonsense_texts() -> list[str]:
    """NONSENSE texts of one to three words that mean nothing, the same each time: letters at random, and syllables."""
    source = random.Random(_SEED)

    def word() -> str:
        if source.random() < 0.5:
            return "".join(source.choices(_LETTERS, k=source.randint(4, 14)))
        return "".join(source.choice(_CONSONANTS) + source.choice(_VOWELS) for _ in range(source.randint(2, 5)))

    return [" ".join(word() for _ in range(source.randint(1, 3))) for _ in range(NONSENSE)]


def nothing(embed: Callable[[Sequence[str]], NDArray[np.float32]]) -> NDArray[np.float32]:
    """The direction [dimension] that a text tower gives to texts of no meaning: the mean of theirs, at length one."""
    mean: NDArray[np.float32] = normalise(embed(nonsense_texts()).mean(axis=0, keepdims=True))[0]
    return mean
