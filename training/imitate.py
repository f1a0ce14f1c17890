"""The image tower's warm-up: block by block it learns to make of a picture what the teacher makes of it.

Learning from answers alone needs millions of pictures, since one answer says little and reaches the first layers last.
Here each block of the tower has a small task of its own, with an answer at every place of the picture: given what came
before, make what the teacher makes there (blockwise distillation, as in arXiv 1810.01937 and 1911.13053). At first what
came before is the teacher's, so that all blocks learn at once; then it is the tower's own, so that each learns to make
good what the ones before it missed; last, all but the first blocks learn together. All weights start random and are
learnt; the teacher's are never read into them.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.utils.data import IterableDataset, get_worker_info

from training.augment import to_input, vary_light
from training.batches import RECOLOURED
from training.features import TeacherNet
from training.losses import teacher_loss
from training.pace import learning_rate, save_whole
from training.photos import Pixels
from training.teacher import crop

# The parts of the samples at whose end a block's input is no longer the teacher's, and blocks learn no longer alone.
GUIDED, ALONE = 0.3, 0.45
# What the teacher's answer counts beside the mean error of the blocks, once they learn together.
ANSWER = 0.5
# The share of drawn pictures: their flat, pure colours occur in no photograph.
DRAWN = 0.12
# The first blocks see the most places a picture and have few weights: they are done long before the others, and cost
# the most. After so many samples they learn only at every so many-th step.
EARLY, RESTS, LATE_REST = 6, ((6_000, 3), (20_000, 12)), 3
CLIMB = 50
SIZE = 16
# A block learns from places, and places of different pictures teach more than places of one: most batches hold twice
# as many details of so many pixels, at a little over a third of the cost each.
DETAIL, DETAILS = 97, 0.7


@dataclass
class Crops(IterableDataset[NDArray[np.uint8]]):
    """Endless batches of random crops of photographs and drawn pictures, uint8 [size, side, side, 3]."""

    pixels: Pixels
    rows: list[int]
    drawn: NDArray[np.uint8]
    side: int
    seed: int

    def __iter__(self) -> Iterator[NDArray[np.uint8]]:
        random = np.random.default_rng([self.seed, get_worker_info().id])
        while True:
            detail = random.random() < DETAILS
            side, size = (DETAIL, 2 * SIZE) if detail else (self.side, SIZE)
            yield np.stack([self._crop(random, side) for _ in range(size)])

    def _crop(self, random: np.random.Generator, side: int) -> NDArray[np.uint8]:
        """20 to 100 % of a picture at an aspect between 7:10 and 10:7, mirrored half of the time.

        A detail is as much smaller as its side is, so that things have the size that they have in whole pictures.
        """
        picture = self._picture(random)
        height, width = picture.shape[:2]
        area = height * width * random.uniform(0.2, 1) * (side / self.side) ** 2
        aspect = math.exp(random.uniform(math.log(0.7), -math.log(0.7)))
        across, down = int(min(math.sqrt(area * aspect), width)), int(min(math.sqrt(area / aspect), height))
        left, top = random.integers(0, width - across + 1), random.integers(0, height - down + 1)
        found = crop(picture, np.array([left, top, across, down], np.int32), side)
        return found[:, ::-1] if random.random() < 0.5 else found

    def _picture(self, random: np.random.Generator) -> NDArray[np.uint8]:
        if random.random() >= DRAWN:
            return self.pixels[int(random.choice(self.rows))]
        picture = self.drawn[random.integers(len(self.drawn))]
        return picture[:, :, random.permutation(3)] if random.random() < RECOLOURED else picture


def units(trunk: Any) -> list[nn.Module]:
    """A timm MobileNetV2's parts that answer to the teacher's: the stem, its 17 blocks, the last convolution."""
    blocks = [block for stage in trunk.blocks for block in stage]
    return [nn.Sequential(trunk.conv_stem, trunk.bn1), *blocks, nn.Sequential(trunk.conv_head, trunk.bn2)]


def own_part(before: Tensor, after: Tensor) -> Tensor:
    """What a block adds: its output, less its input where it has a shortcut."""
    return after - before if before.shape == after.shape else after


def _error(made: Tensor, wanted: Tensor, part: Tensor) -> Tensor:
    """The mean squared error, each channel's in units of the variance over the batch of that `part` of the wanted."""
    variance = part.var(dim=(0, 2, 3))
    scale = variance + 0.1 * variance.mean() + 1e-6
    return ((made - wanted).square().mean(dim=(0, 2, 3)) / scale).mean()


class Imitation:
    """A tower learning to make the teacher's features, and how far it is."""

    def __init__(self, trunk: Any, teacher: Path, rate: float, samples: int, checkpoint: Path, device: str) -> None:
        self.units, self.teacher = units(trunk), TeacherNet(teacher).to(device)
        self.trunk, self.rate, self.total, self.checkpoint, self.device = trunk, rate, samples, checkpoint, device
        self.optimisers = [torch.optim.Adam(unit.parameters(), lr=rate, betas=(0.9, 0.99)) for unit in self.units]
        self.samples = self.steps = 0
        self.errors = [1.0] * len(self.units)

    def resume(self) -> None:
        """Goes on from the last checkpoint, if there is one."""
        if self.checkpoint.exists():
            state: dict[str, Any] = torch.load(self.checkpoint, map_location=self.device, weights_only=True)
            self.trunk.load_state_dict(state["trunk"])
            for optimiser, own in zip(self.optimisers, state["optimisers"], strict=True):
                optimiser.load_state_dict(own)
            self.samples, self.steps = state["samples"], state["steps"]

    def save(self) -> None:
        """Writes the checkpoint, never half."""
        state = {
            "trunk": self.trunk.state_dict(),
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
            "samples": self.samples,
            "steps": self.steps,
        }
        save_whole(state, self.checkpoint)

    def step(self, pixels: NDArray[np.uint8]) -> None:
        """Learns from one batch, uint8 [n, side, side, 3]."""
        images = vary_light(to_input(torch.from_numpy(pixels).to(self.device))).clamp(-1, 1)
        with torch.no_grad():
            wanted = self.teacher(images)
        features = [images, *wanted]
        self.trunk.train()
        if self.steps == 0:
            self._start_at_their_scale(features)
        for optimiser in self.optimisers:
            for group in optimiser.param_groups:
                group["lr"] = self._rate()
        if self.samples < ALONE * self.total:
            self._learn_alone(features, guided=self.samples < GUIDED * self.total)
        else:
            self._learn_together(features)
        self.samples, self.steps = self.samples + len(pixels), self.steps + 1

    def _learn_alone(self, features: list[Tensor], *, guided: bool) -> None:
        """One step of each block by itself, for the teacher's `features` of the batch, the batch itself first."""
        mine = features[0]
        for place in range(len(self.units)):
            mine = self._learn_or_rest(place, features[place] if guided else mine, features)

    def _learn_or_rest(self, place: int, before: Tensor, features: list[Tensor]) -> Tensor:
        """What a block makes of its input, after one step of it where it does not rest."""
        return self._ahead(self.units[place], before) if self._rests(place) else self._learn(place, before, features)

    def _learn_together(self, features: list[Tensor]) -> None:
        """One step of all blocks but the first, which go on alone, towards what the teacher makes and says."""
        mine, errors = features[0], []
        for place in range(EARLY):
            mine = self._learn_or_rest(place, mine, features)
        for place in range(EARLY, len(self.units)):
            mine, wanted = self.units[place](mine), features[place + 1]
            errors.append(_error(mine, wanted, wanted))
            self._note(place, errors[-1])
        answers, theirs = (self.teacher.logits(f.mean(dim=(2, 3))) for f in (mine, features[-1]))
        loss = torch.stack(errors).mean() + ANSWER * teacher_loss(answers, theirs.softmax(dim=1))
        for optimiser in self.optimisers[EARLY:]:
            optimiser.zero_grad(set_to_none=True)
        loss.backward()
        for optimiser in self.optimisers[EARLY:]:
            optimiser.step()

    def _learn(self, place: int, before: Tensor, features: list[Tensor]) -> Tensor:
        """One step of one block."""
        optimiser, (theirs, wanted) = self.optimisers[place], features[place : place + 2]
        made: Tensor = self.units[place](before)
        error = _error(made, wanted, own_part(theirs, wanted))
        optimiser.zero_grad(set_to_none=True)
        error.backward()
        optimiser.step()
        self._note(place, error)
        return made.detach()

    def _note(self, place: int, error: Tensor) -> None:
        """Keeps a block's error as a moving average."""
        self.errors[place] += 0.05 * (float(error.detach()) - self.errors[place])

    @torch.no_grad()
    def _ahead(self, unit: nn.Module, before: Tensor) -> Tensor:
        made: Tensor = unit(before)
        return made

    def _rests(self, place: int) -> bool:
        """Whether a block is left out at this step."""
        every = max((n for after, n in RESTS if self.samples >= after), default=1)
        every = LATE_REST if self.samples >= ALONE * self.total else every
        return place < EARLY and self.steps % every != 0

    def _rate(self) -> float:
        """A short climb, then half a cosine."""
        return learning_rate(self.rate, self.steps, CLIMB, self.samples / self.total)

    @torch.no_grad()
    def _start_at_their_scale(self, features: list[Tensor]) -> None:
        """Sets each block's last normalisation to the mean and spread of what it shall make, which saves the climb."""
        for unit, before, after in zip(self.units, features, features[1:], strict=False):
            wanted = own_part(before, after)
            last = [m for m in unit.modules() if isinstance(m, nn.BatchNorm2d)][-1]
            last.weight.copy_((wanted.var(dim=(0, 2, 3)) + 1e-4).sqrt())
            last.bias.copy_(wanted.mean(dim=(0, 2, 3)))

    @torch.inference_mode()
    def agreement(self, pictures: NDArray[np.uint8]) -> float:
        """The share of pictures, uint8 [n, side, side, 3], for which both make features of the same first class."""
        self.trunk.eval()
        same = []
        for start in range(0, len(pictures), 32):
            images = to_input(torch.from_numpy(pictures[start : start + 32]).to(self.device))
            theirs, mine = self.teacher(images)[-1], images
            for unit in self.units:
                mine = unit(mine)
            answers = [self.teacher.logits(f.mean(dim=(2, 3))).argmax(dim=1) for f in (theirs, mine)]
            same.append((answers[0] == answers[1]).float())
        return float(torch.cat(same).mean())
