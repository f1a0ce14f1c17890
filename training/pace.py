"""How fast a run learns, and how it is kept: the same for the warm-up and for what follows it."""

import math
from pathlib import Path
from typing import Any

import torch


def learning_rate(highest: float, steps: int, climb: int, done: float) -> float:
    """A climb over so many steps, then half a cosine down to a fiftieth; `done` is the share of the samples seen."""
    fall = 0.5 * (1 + math.cos(math.pi * min(1.0, done)))
    return highest * min(1.0, (steps + 1) / climb) * (0.02 + 0.98 * fall)


def save_whole(state: dict[str, Any], checkpoint: Path) -> None:
    """Writes a checkpoint, never half."""
    fresh = checkpoint.with_suffix(".new")
    torch.save(state, fresh)
    fresh.replace(checkpoint)
