"""The teacher with word matching: what an ImageNet classifier finds when a query's words are looked up in its classes.

Needs `ai-edge-litert` (`pip install ai-edge-litert`).
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.concepts import Concepts
from training.evaluate import Vectors
from training.tokenizer import words

SIDE = 224
LOGITS = "top/SpatialSqueeze"
LONGEST = 4
"""Names of so many words are looked for in a text."""


def answers(model: Path, pictures: Iterable[Image.Image]) -> Vectors:
    """float32 [pictures, 1000]: the teacher's probabilities for each whole picture, squashed to its input.

    Raises ModuleNotFoundError where ai-edge-litert is not installed.
    """
    from ai_edge_litert.interpreter import Interpreter

    run = Interpreter(str(model), num_threads=2, experimental_preserve_all_tensors=True)
    run.allocate_tensors()
    entry = run.get_input_details()[0]["index"]
    # Its softmax output has steps of 1/256, in which most classes are equal; the logits before it tell them apart.
    logits = next(t for t in run.get_tensor_details() if LOGITS in t["name"] and t["dtype"] is np.int8)
    scale, zero = logits["quantization"]
    found = []
    for picture in pictures:
        pixels = np.asarray(picture.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BILINEAR))
        run.set_tensor(entry, pixels[None])
        run.invoke()
        # The first of 1,001 outputs is the teacher's background class.
        found.append((run.get_tensor(logits["index"])[0, 1:].astype(np.float32) - zero) * np.float32(scale))
    answered: Vectors = np.stack(found)
    odds: Vectors = np.exp(answered - answered.max(axis=1, keepdims=True))
    probabilities: Vectors = odds / odds.sum(axis=1, keepdims=True)
    return probabilities


class WordMatching:
    """A `Score`: the sum of the probabilities of all names in the text; a name's is that of its classes together."""

    def __init__(self, probabilities: Vectors, concepts: Concepts) -> None:
        self._named: Vectors = probabilities @ concepts.under
        covered = set(np.flatnonzero(concepts.under.sum(axis=0)).tolist())
        self._row = {name: i for i, name in enumerate(concepts.names) if i in covered}

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """float32 [texts, pictures]; zero for a text without a name."""
        return np.stack([self._named[:, self._rows(text)].sum(axis=1) for text in texts]).astype(np.float32)

    def _rows(self, text: str) -> NDArray[np.int64]:
        """The names in a text, the longest first; a word belongs to one name, in the singular or the plural."""
        if text.lower() in self._row:
            return np.array([self._row[text.lower()]])
        said, found, start = words(text), [], 0
        while start < len(said):
            end, name = self._longest(said, start)
            found += [name] if name is not None else []
            start = end
        return np.array(found, np.int64)

    def _longest(self, said: list[str], start: int) -> tuple[int, int | None]:
        """Where the longest name from `start` on ends, and its row; the next word and None where there is none."""
        for end in range(min(len(said), start + LONGEST), start, -1):
            name = " ".join(said[start:end])
            for form in (name, name.removesuffix("s"), name.removesuffix("es")):
                if form in self._row:
                    return end, self._row[form]
        return start + 1, None
