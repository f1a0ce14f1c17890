"""The rival of benchmarks/models.py, in a process of its own: an architecture in torch, eager, fp32, random weights.

    models_torch.py ARCHITECTURE SIDE THREADS BATCH

ARCHITECTURE is open_clip's name of it, or empty for our own. Prints a `ModelBench` as JSON.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import msgspec
import torch

from vaultd.models.torch import import_open_clip
from vaultd.worker.bench import ENOUGH_S, LEAST, peak_bytes
from vaultipc.messages import ModelBench

WORDS = ["red car", "a dog", "blue boat", "snow", "old church", "green apple"]


def main(architecture: str, side: str, threads: str, batch: str) -> int:
    torch.set_num_threads(int(threads))
    torch.set_flush_denormal(True)
    model, tokens = ours(int(side)) if not architecture else open_clips(architecture)
    pixels = torch.randn(int(batch), 3, int(side), int(side))
    with torch.inference_mode():
        first_image_s, image_s = timed(lambda turn: model.encode_image(pixels))
        first_text_s, text_s = timed(lambda turn: model.encode_text(tokens[turn % len(tokens)][None]))
    found = ModelBench(
        model=architecture or "our own",
        images_per_s=int(batch) / image_s,
        text_ms=text_s * 1000,
        device="cpu",
        engine=f"torch {torch.__version__}",
        batch=int(batch),
        threads=int(threads),
        first_image_ms=first_image_s * 1000,
        first_text_ms=first_text_s * 1000,
        peak_bytes=peak_bytes(),
        note="",
    )
    sys.stdout.write(msgspec.json.encode(found).decode())
    return 0


def open_clips(architecture: str) -> tuple[Any, torch.Tensor]:
    """A model of open_clip's, and a few texts as its tokenizer reads them."""
    open_clip = import_open_clip()
    model = open_clip.create_model(architecture, pretrained_text=False).eval()
    return model, open_clip.get_tokenizer(architecture)(WORDS)


def ours(side: int) -> tuple[Any, torch.Tensor]:
    """The bundled model's architecture, and a few texts of its length."""
    from training.model import build
    from training.tokenizer import CONTEXT, VOCABULARY

    return build(side).eval(), torch.randint(4, VOCABULARY, (len(WORDS), CONTEXT))


def timed(work: Callable[[int], object]) -> tuple[float, float]:
    """Seconds of the first time, and the median of as many as the pack gets."""
    first, found, began = seconds(work, 0), list[float](), time.perf_counter()
    while len(found) < LEAST or time.perf_counter() - began < ENOUGH_S:
        found.append(seconds(work, len(found)))
    return first, statistics.median(found)


def seconds(work: Callable[[int], object], turn: int) -> float:
    began = time.perf_counter()
    work(turn)
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
