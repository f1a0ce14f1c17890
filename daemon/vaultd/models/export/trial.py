"""What the model itself answers, and whether a form of its towers answers alike."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from vaultd.models.encoder import normalise
from vaultd.models.export.agreement import are_distinct, top_agreement, worst_cosine
from vaultd.models.export.order import ExportError
from vaultd.models.export.sample import PARITY, RANKED, Sample
from vaultd.models.manifest import Manifest

Vectors = NDArray[np.float32]
Tower = Literal["image", "text"]
COSINE, TOP10 = 0.999, 0.95
"""What a tower in float32 must reach against torch."""
TOP10_INT8 = 0.9
"""What a tower in int8 must reach against float32."""
_BATCH = 8


@dataclass
class Trial:
    """Pictures [RANKED, 3, height, width] and tokens [PARITY, length], and torch's answers to the first of them."""

    pixels: NDArray[np.float32]
    tokens: NDArray[np.int64]
    image: Vectors
    text: Vectors

    def feed(self, tower: Tower) -> NDArray[Any]:
        """What a tower is asked."""
        return self.pixels if tower == "image" else self.tokens

    def check(self, tower: Tower, found: Vectors) -> float:
        """The worst cosine of a float32 tower's answers to torch's. Raises ExportError where it answers otherwise."""
        expected = self.image if tower == "image" else self.text
        if not are_distinct(expected):
            raise ExportError(
                f"The {tower} tower gives different inputs the same answer.", "Such weights are not trained, or broken."
            )
        cosine = worst_cosine(expected, found[: len(expected)])
        if not cosine > COSINE:
            raise ExportError(f"The {tower} tower answers otherwise in ONNX than in torch (cosine {cosine:.4f}).")
        return cosine

    def check_ranking(self, found: dict[Tower, Vectors]) -> float:
        """How far ONNX's first ten pictures are torch's. Raises ExportError where they are others."""
        some = len(self.image)
        agreement = top_agreement(self.text, found["text"], self.image, found["image"][:some])
        if agreement < TOP10:
            raise ExportError(f"Only {agreement:.0%} of the first ten pictures are the same in ONNX as in torch.")
        return agreement


def try_model(model: Any, manifest: Manifest, sample: Sample, tokens: NDArray[np.int64]) -> Trial:
    """Asks torch. `tokens` are whole, [PARITY, context_length]."""
    import torch

    pixels = np.concatenate(list(islice(sample.batches(manifest), RANKED // _BATCH)))
    if len(pixels) < PARITY:
        raise ExportError(f"Only {len(pixels)} of the pictures to try the model with can be read; it takes {PARITY}.")
    with torch.inference_mode():
        image = in_batches(lambda part: model.encode_image(torch.from_numpy(part)).numpy(), pixels[:PARITY])
        text = in_batches(lambda part: model.encode_text(torch.from_numpy(part)).numpy(), tokens)
    return Trial(pixels, tokens, normalise(image), normalise(text))


def try_preprocessing(model: Any, transform: Any, trial: Trial, sample: Sample) -> float:
    """The worst cosine, in torch, of a picture that we prepare to the same prepared by open_clip's `transform`."""
    import torch

    theirs = np.stack([transform(picture).numpy() for picture in islice(sample.pictures(), PARITY)])
    with torch.inference_mode():
        vectors = in_batches(lambda part: model.encode_image(torch.from_numpy(part)).numpy(), theirs)
    return worst_cosine(trial.image, vectors)


def in_batches(embed: Callable[[NDArray[Any]], Vectors], feed: NDArray[Any]) -> Vectors:
    """The vectors of all rows, some at a time."""
    return np.concatenate([embed(feed[start : start + _BATCH]) for start in range(0, len(feed), _BATCH)])


class OnnxTower:
    """A tower's file, run on all cores."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = len(os.sched_getaffinity(0))
        options.log_severity_level = 3
        # Threads that spin while they wait make each other slow on a busy machine.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        return onnxruntime.InferenceSession(self._path, options, providers=["CPUExecutionProvider"])

    def embed(self, feed: NDArray[Any]) -> Vectors:
        """[n, dimension] of length one."""
        return normalise(in_batches(self._run, feed))

    def seconds(self, feed: NDArray[Any]) -> float:
        """How long a few rows take, at best."""
        self._run(feed)
        return min(_timed(self._run, feed) for _ in range(3))

    def _run(self, feed: NDArray[Any]) -> Vectors:
        (found,) = self._session.run(None, {self._session.get_inputs()[0].name: feed})
        vectors: Vectors = found
        return vectors


def _timed(run: Callable[[NDArray[Any]], Vectors], feed: NDArray[Any]) -> float:
    start = time.perf_counter()
    run(feed)
    return time.perf_counter() - start
