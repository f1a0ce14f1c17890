"""Trains the bundled pack: `python -m training.train DATA --work DIR --pack DIR`.

Stops and goes on: everything that is computed once (decoded photographs, drawn pictures, the teacher's answers) and the
last checkpoint lie in the work folder. Prints its progress and its evaluation, and exports the pack at every evaluation
and at the end.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from training import evaluate
from training.batches import Batch, Sampler, Sizes
from training.drawn import draw_all
from training.material import Settings, prepare
from training.model import IMAGE_SIDE, TOWER
from training.pooled import Pooled, pooled
from training.report import evaluate_and_export
from training.run import Run
from training.teacher import compute_all
from training.warm_up import warm_up
from training.wordnet import read_nouns

SAVE_EVERY = 200


class _Stream(IterableDataset[Batch]):
    """The sampler, as torch's loader wants it: with several workers, each draws batches of its own."""

    def __init__(self, sampler: Sampler) -> None:
        super().__init__()
        self._sampler = sampler

    def __iter__(self) -> Iterator[Batch]:
        self._sampler.share(get_worker_info().id)
        while True:
            yield self._sampler.draw()


def say(line: str) -> None:
    """One line of progress."""
    sys.stdout.write(time.strftime("%H:%M:%S ") + line + "\n")
    sys.stdout.flush()


def _sampler(run: Run, drawn: NDArray[np.uint8], features: Pooled | None) -> Sampler:
    """The batches from where the run stands."""
    settings, material = run.settings, run.material
    nouns = read_nouns(settings.wordnet, material.concepts) if settings.wordnet else None
    return Sampler(
        material.photos,
        material.pixels,
        material.concepts,
        settings.work,
        drawn,
        material.seen,
        settings.side,
        nouns=nouns,
        sizes=Sizes(photos=settings.batch_photos, drawn=settings.batch_drawn),
        step=run.steps,
        pooled=features,
    )


def train(settings: Settings) -> None:
    """Trains to the end of the samples or of the minutes."""
    material = prepare(settings)
    compute_all(settings.data, settings.work, settings.rounds)
    drawn = draw_all(settings.work, settings.drawn)
    run = Run(settings, material)
    if settings.imitate and not warm_up(run.trunk, settings, material, drawn, say):
        return
    run.resume()
    features = pooled(run.trunk, settings, material, drawn, say) if settings.pooled else None
    say(f"starting at {run.samples} samples")
    sampler = _sampler(run, drawn, features)
    run.mean_logits = torch.from_numpy(sampler.mean_logits).to(run.device)
    scenes = evaluate.judging_scenes()
    judging = evaluate.draw_scenes(scenes)
    say(f"{len(material.seen)} photographs to learn from, {len(material.held_out)} to judge by, {len(drawn)} drawn")
    loader = DataLoader(_Stream(sampler), batch_size=None, num_workers=settings.workers, prefetch_factor=3)
    deadline = time.monotonic() + settings.minutes * 60
    due, since, before = run.samples + settings.evaluate_every, time.monotonic(), run.samples
    for batch in loader:
        losses = run.step(batch)
        if run.steps % 25 == 0:
            speed = (run.samples - before) / (time.monotonic() - since)
            since, before = time.monotonic(), run.samples
            say(f"{run.samples} samples, {speed:.0f}/s, " + ", ".join(f"{k} {v:.3f}" for k, v in losses.items()))
        if run.steps % SAVE_EVERY == 0:
            run.save()
        over = run.samples >= settings.samples or time.monotonic() > deadline
        if over or run.samples >= due:
            due += settings.evaluate_every
            run.save()
            say(evaluate_and_export(run, scenes, judging))
        if over:
            return


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="a folder with images/, index.csv and imagenet_classes.csv")
    parser.add_argument("--work", type=Path, required=True, help="a folder for caches and the checkpoint (4 GB)")
    parser.add_argument("--pack", type=Path, required=True, help="the folder the pack is written to")
    parser.add_argument("--wordnet", type=Path, help="WordNet's dict folder, for the tokenizer's words")
    parser.add_argument("--imitate", type=int, default=90_000, help="samples of the image tower's warm-up; 0 for none")
    parser.add_argument(
        "--pooled", type=int, default=6, help="rounds of crops whose features the head learns from; 0 for whole towers"
    )
    parser.add_argument("--samples", type=int, default=2_000_000)
    parser.add_argument("--drawn", type=int, default=24_000)
    parser.add_argument("--rounds", type=int, default=16, help="crops of each photograph that the teacher answers for")
    parser.add_argument("--batch-photos", type=int, default=384)
    parser.add_argument("--batch-drawn", type=int, default=96)
    parser.add_argument("--workers", type=int, default=1, help="processes that prepare batches; several for a GPU")
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--blend", type=float, default=0.1, help="the share of photographs mixed with others")
    parser.add_argument("--evaluate-every", type=int, default=500_000)
    parser.add_argument("--side", type=int, default=IMAGE_SIDE)
    parser.add_argument("--tower", default=TOWER, help="any image model of timm")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=1e9, help="stop after so many minutes, to go on another time")
    parser.add_argument("--sources", nargs="*", default=[], help="of training/sources.py, or clear, research, unstated")
    settings = Settings(**vars(parser.parse_args()))
    settings.work.mkdir(parents=True, exist_ok=True)
    train(settings)


if __name__ == "__main__":
    main()
