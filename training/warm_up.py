"""Runs the image tower's warm-up to its end, or to the end of the minutes, and prints how far it is."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import DataLoader

from training.imitate import Crops, Imitation
from training.material import Material, Settings
from training.teacher import boxes, crop

RATE = 3e-3
SAVE_EVERY, SAY_EVERY = 200, 100
JUDGED = 384


def warm_up(
    trunk: Any, settings: Settings, material: Material, drawn: NDArray[np.uint8], say: Callable[[str], None]
) -> bool:
    """Brings the trunk to the end of its imitation; False where the minutes ended first."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    checkpoint = settings.work / "imitation.pt"
    run = Imitation(trunk, settings.data / "teacher.tflite", RATE, settings.imitate, checkpoint, device)
    run.resume()
    if run.samples >= settings.imitate:
        return True
    stream = Crops(material.pixels, material.seen, drawn, settings.side, run.steps)
    loader = DataLoader(stream, batch_size=None, num_workers=settings.workers, prefetch_factor=3)
    deadline, since, before = time.monotonic() + settings.minutes * 60, time.monotonic(), run.samples
    for batch in loader:
        run.step(np.asarray(batch))
        if run.steps % SAY_EVERY == 0:
            speed = (run.samples - before) / (time.monotonic() - since)
            since, before = time.monotonic(), run.samples
            say(f"imitating: {run.samples} samples, {speed:.0f}/s, errors " + " ".join(f"{e:.3f}" for e in run.errors))
        over = run.samples >= settings.imitate or time.monotonic() > deadline
        if over or run.steps % SAVE_EVERY == 0:
            run.save()
        if over or run.steps % 800 == 0:
            same = run.agreement(_judging(settings, material))
            say(f"same answer as the teacher on {same:.3f} of held-out photographs")
        if over:
            break
    return run.samples >= settings.imitate


def _judging(settings: Settings, material: Material) -> NDArray[np.uint8]:
    """Whole held-out photographs, uint8 [n, side, side, 3]."""
    whole, rows = boxes(0, material.pixels.sizes), material.held_out[:: max(1, len(material.held_out) // JUDGED)]
    return np.stack([crop(material.pixels[row], whole[row], settings.side) for row in rows])
