"""Trains the bundled pack: `python -m training.train DATA --work DIR`.

Stops and goes on: everything that is computed once (decoded photographs, drawn pictures, the teacher's answers) and the
last checkpoint lie in the work folder. Prints its progress and its evaluation, and exports the pack at the end and at
every evaluation.
"""

import argparse
import copy
import json
import math
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from training import calibrate, evaluate
from training.augment import blend, to_input, vary_light
from training.batches import Batch, Sampler, Sides, Sizes
from training.concepts import Concepts, build_concepts, names_of, read_classes, read_labels
from training.drawn import SIDE as DRAWN_SIDE
from training.drawn import draw_all
from training.drawn_truth import TRAITS
from training.export import write_pack
from training.losses import direction_loss, pair_loss, teacher_loss, trait_loss
from training.model import EMBED, IMAGE_SIDE, TOWER, Student
from training.photos import Photo, Pixels, decode_all, read_held_out, read_index
from training.teacher import crop
from training.tokenizer import PAD, train_tokenizer, wordnet_nouns
from training.wordnet import read_nouns

EMA = 0.998
BACKGROUND = 2048
SHORT = 8
SAVE_EVERY = 200
ARRAYS = ("pixels", "teacher", "centred", "name_classes", "drawn_traits", "text_traits", "truth", "weight")
# The share of a run that sees small pictures.
SMALL = 0.5
KINDS = ("photos", "drawn", "nonsense")


@dataclass(frozen=True)
class Settings:
    """What a run is told."""

    data: Path
    work: Path
    wordnet: Path | None
    pack: Path
    samples: int
    drawn: int
    rate: float
    evaluate_every: int
    side: int
    tower: str
    threads: int
    minutes: float
    sources: list[str]


@dataclass
class Material:
    """What a run learns from and is judged on."""

    photos: list[Photo]
    pixels: Pixels
    concepts: Concepts
    seen: list[int]
    held_out: list[int]
    tokenizer: Tokenizer
    names: list[str] = field(default_factory=list)


class _Stream(IterableDataset[Batch]):
    """The sampler, as torch's loader wants it, with a seed of its own for every start."""

    def __init__(self, sampler: Sampler) -> None:
        super().__init__()
        self._sampler = sampler

    def __iter__(self) -> Iterator[Batch]:
        while True:
            yield self._sampler.draw()


def say(line: str) -> None:
    """One line of progress."""
    sys.stdout.write(time.strftime("%H:%M:%S ") + line + "\n")
    sys.stdout.flush()


def prepare(settings: Settings) -> Material:
    """Reads the data folder, honouring the split and the chosen sources."""
    photos = read_index(settings.data)
    away = read_held_out()
    chosen = [r for r, p in enumerate(photos) if not settings.sources or p.source in settings.sources]
    seen = [r for r in chosen if photos[r].file not in away]
    held_out = [r for r, p in enumerate(photos) if p.file in away]
    concepts = build_concepts(settings.data, photos, seen)
    wnids, classes = read_classes(settings.data)
    labels = read_labels()
    names = [next(iter(names_of(p, wnids, classes, labels)), "") for p in photos]
    tokenizer = _tokenizer(settings, concepts, [photos[r] for r in seen])
    return Material(
        photos, decode_all(settings.data, settings.work, photos), concepts, seen, held_out, tokenizer, names
    )


def _tokenizer(settings: Settings, concepts: Concepts, photos: Sequence[Photo]) -> Tokenizer:
    """The run's tokenizer, trained at its first start and kept."""
    path = settings.work / "tokenizer.json"
    if not path.exists():
        corpus = [c for p in photos for c in p.captions] + concepts.names * 8
        corpus += list(wordnet_nouns(settings.wordnet))
        train_tokenizer(corpus).save(str(path))
    return Tokenizer.from_file(str(path))


class Run:
    """A student being trained: its weights, their moving average, the optimiser, and how far it is."""

    def __init__(self, settings: Settings, material: Material) -> None:
        torch.set_num_threads(settings.threads)
        torch.manual_seed(0)
        self.settings, self.material = settings, material
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        student = Student(settings.side, settings.tower, traits=sum(TRAITS))
        self.student = student.to(self.device, memory_format=torch.channels_last)
        self.average = copy.deepcopy(self.student).eval()
        self.optimiser = torch.optim.AdamW(_groups(self.student), lr=settings.rate)
        self.mean_logits = torch.zeros(1000, device=self.device)
        self.samples = self.steps = 0
        self.checkpoint = settings.work / "checkpoint.pt"

    def resume(self) -> None:
        """Goes on from the last checkpoint, if there is one."""
        if self.checkpoint.exists():
            state: dict[str, Any] = torch.load(self.checkpoint, map_location=self.device, weights_only=True)
            self.student.load_state_dict(state["student"])
            self.average.load_state_dict(state["average"])
            self.optimiser.load_state_dict(state["optimiser"])
            self.samples, self.steps = state["samples"], state["steps"]
            say(f"resumed at {self.samples} samples")

    def save(self) -> None:
        """Writes the checkpoint, never half."""
        state = {
            "student": self.student.state_dict(), "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(), "samples": self.samples, "steps": self.steps,
        }
        fresh = self.checkpoint.with_suffix(".new")
        torch.save(state, fresh)
        fresh.replace(self.checkpoint)

    def rate(self) -> float:
        """The learning rate: a short climb, then half a cosine over all samples."""
        climb = min(1.0, (self.steps + 1) / 200)
        done = min(1.0, self.samples / self.settings.samples)
        return self.settings.rate * climb * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done)))

    def step(self, batch: Batch) -> dict[str, float]:
        """Learns from one batch."""
        self.student.train()
        arrays = (torch.from_numpy(getattr(batch, name)).to(self.device) for name in ARRAYS)
        pixels, teacher, centred, classes, drawn, said, truth, weight = arrays
        images, count = to_input(pixels), len(teacher)
        images[:count] = vary_light(images[:count])
        blend(images[:count], [teacher, centred, truth[:count]], [weight[:count]], share=0.35)
        embedded, texts = self.student.image(images), self.texts(self.student, batch.texts)
        answers, named = self.student.answer(embedded[:count]), classes.sum(dim=1) > 0
        losses = {
            "pairs": pair_loss(self.student.logits(embedded, texts), truth, weight),
            "teacher": teacher_loss(answers + self.mean_logits, teacher),
            "direction": direction_loss(answers, centred) * 8,
            "drawn": trait_loss(self.student.traits(embedded[count:]), drawn, TRAITS),
            "phrases": trait_loss(self.student.traits(texts), said, TRAITS),
            "names": teacher_loss(self.student.answer(texts[named]), classes[named]),
        }
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate() * group["pace"]
        self.optimiser.zero_grad(set_to_none=True)
        torch.stack(list(losses.values())).sum().backward()
        torch.nn.utils.clip_grad_norm_(self.student.parameters(), 5.0)
        self.optimiser.step()
        self._follow()
        self.samples, self.steps = self.samples + len(images), self.steps + 1
        return {name: float(loss.detach()) for name, loss in losses.items()}

    @torch.no_grad()
    def _follow(self) -> None:
        """Moves the average, which is what is judged and exported, towards the student."""
        keep = min(EMA, (1 + self.steps) / (10 + self.steps))
        theirs = self.student.state_dict()
        for name, value in self.average.state_dict().items():
            if value.dtype.is_floating_point:
                value.lerp_(theirs[name], 1 - keep)
            else:
                value.copy_(theirs[name])

    def texts(self, student: Student, texts: Sequence[str]) -> Tensor:
        """[n, 256] of length one: short texts and long ones apart, so that the short ones need no padding."""
        ids = np.array([e.ids for e in self.material.tokenizer.encode_batch(list(texts))])
        lengths = (ids != PAD).sum(axis=1)
        found = torch.empty(len(ids), EMBED, device=self.device)
        for group in (lengths <= SHORT, lengths > SHORT):
            if group.any():
                tokens = torch.from_numpy(ids[group][:, : lengths[group].max()]).to(self.device)
                found[torch.from_numpy(group).to(self.device)] = student.text(tokens)
        return found

    @torch.inference_mode()
    def embed_texts(self, texts: Sequence[str]) -> evaluate.Vectors:
        """float32 [n, 256], by the average."""
        parts = [self.texts(self.average, texts[i : i + 512]) for i in range(0, len(texts), 512)]
        return torch.cat(parts).cpu().numpy()

    @torch.inference_mode()
    def embed_images(self, pixels: Sequence[np.ndarray]) -> evaluate.Vectors:
        """float32 [n, 256] of length one, by the average, for pictures of any size, each squashed to the input."""
        side, parts = self.settings.side, []
        for start in range(0, len(pixels), 128):
            some = [_whole(p, side) for p in pixels[start : start + 128]]
            found = self.average.image(to_input(torch.from_numpy(np.stack(some)).to(self.device)))
            parts.append(torch.nn.functional.normalize(found, dim=-1))
        return torch.cat(parts).cpu().numpy()


def _groups(student: Student) -> list[dict[str, Any]]:
    """The weights by how they are decayed and how fast they learn: the text tower at half the image tower's pace."""
    groups: dict[tuple[bool, bool], list[Tensor]] = {}
    for name, weights in student.named_parameters():
        groups.setdefault((weights.ndim > 1, name.startswith("clip.text")), []).append(weights)
    return [
        {"params": found, "weight_decay": 0.03 if matrix else 0.0, "pace": 0.5 if text else 1.0}
        for (matrix, text), found in groups.items()
    ]


def _whole(pixels: np.ndarray, side: int) -> np.ndarray:
    """The whole picture at the input's size."""
    return crop(pixels, np.array([0, 0, pixels.shape[1], pixels.shape[0]], np.int32), side)


def judge(run: Run, scenes: list[Any], drawn: np.ndarray) -> tuple[evaluate.Judged, evaluate.Vectors]:
    """The held-out pictures' vectors, and the background sample's."""
    material = run.material
    photos = run.embed_images([material.pixels[r] for r in material.held_out])
    step = max(1, len(material.seen) // BACKGROUND)
    background = run.embed_images([material.pixels[r] for r in material.seen[::step][:BACKGROUND]])
    judged = evaluate.Judged(material.photos, material.held_out, photos, scenes, run.embed_images(list(drawn)))
    return judged, background


def report(run: Run, judged: evaluate.Judged, background: evaluate.Vectors) -> dict[str, Any]:
    """All figures, and the levels of the cut."""
    concepts, embed = run.material.concepts, run.embed_texts
    found = evaluate.nouns(judged, concepts, embed)
    asked = calibrate.questions(judged, concepts, background, embed)
    clip = run.average.clip
    levels = calibrate.choose_levels(asked, float(clip.logit_scale.detach().exp()), float(clip.logit_bias.detach()))
    return {
        "samples": run.samples,
        "class to photograph": evaluate.class_to_photo(judged, concepts, run.material.names, embed),
        "nouns": found,
        "nouns mean": float(np.mean([v[0] for v in found.values()])),
        "nouns chance": float(np.mean([v[2] for v in found.values()])),
        "captions": evaluate.captions(judged, embed),
        "drawn pairs": evaluate.drawn_pairs(judged, embed),
        "cut": {
            name: {
                "z": level.z, "p": level.probability,
                **{k: calibrate.at_the_cut(a, level) for k, a in zip(KINDS, asked, strict=True)},
            }
            for name, level in levels.items()
        },
        "levels": levels,
    }


def evaluate_and_export(run: Run, scenes: list[Any], drawn: np.ndarray) -> None:
    """Prints the figures, keeps them in the work folder and writes the pack."""
    judged, background = judge(run, scenes, drawn)
    figures = report(run, judged, background)
    levels = figures.pop("levels")
    say(json.dumps(figures, default=float))
    with (run.settings.work / "figures.jsonl").open("a", encoding="utf-8") as out:
        out.write(json.dumps(figures) + "\n")
    write_pack(
        run.average, run.settings.work / "tokenizer.json", background, levels, run.settings.pack,
        name="mini", revision=f"{time.strftime('%Y-%m-%d')}.{run.samples}", side=run.settings.side, resize="squash",
    )


def _sampler(run: Run, drawn: np.ndarray) -> Sampler:
    """The batches from where the run stands."""
    settings, material, sizes = run.settings, run.material, Sizes()
    steps = settings.samples / (sizes.photos + sizes.drawn)
    return Sampler(
        material.photos, material.pixels, material.concepts, settings.work, drawn, material.seen,
        Sides(settings.side * 3 // 4, settings.side, int(steps * SMALL)),
        nouns=read_nouns(settings.wordnet, material.concepts) if settings.wordnet else None, step=run.steps,
    )


def train(settings: Settings) -> None:
    """Trains to the end of the samples or of the minutes."""
    material = prepare(settings)
    drawn = draw_all(settings.work, settings.drawn)
    assert drawn.shape[1] == DRAWN_SIDE
    run = Run(settings, material)
    run.resume()
    sampler = _sampler(run, drawn)
    run.mean_logits = torch.from_numpy(sampler.mean_logits).to(run.device)
    scenes = evaluate.judging_scenes()
    judging = evaluate.draw_scenes(scenes)
    say(f"{len(material.seen)} photographs to learn from, {len(material.held_out)} to judge by, {len(drawn)} drawn")
    loader = DataLoader(_Stream(sampler), batch_size=None, num_workers=1, prefetch_factor=3)
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
            evaluate_and_export(run, scenes, judging)
        if over:
            return


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="a folder with images/, index.csv and imagenet_classes.csv")
    parser.add_argument("--work", type=Path, required=True, help="where caches and the checkpoint are kept (4 GB)")
    parser.add_argument("--pack", type=Path, required=True, help="the folder the pack is written to")
    parser.add_argument("--wordnet", type=Path, help="WordNet's dict folder, for the tokenizer's words")
    parser.add_argument("--samples", type=int, default=500_000)
    parser.add_argument("--drawn", type=int, default=24_000)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--evaluate-every", type=int, default=50_000)
    parser.add_argument("--side", type=int, default=IMAGE_SIDE)
    parser.add_argument("--tower", default=TOWER, help="any image model of timm")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=1e9, help="stop after so many minutes, to go on another time")
    parser.add_argument("--sources", nargs="*", default=[], help="learn from these sources alone")
    train(Settings(**vars(parser.parse_args())))


if __name__ == "__main__":
    main()
