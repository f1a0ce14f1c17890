"""A student being trained: one step of it, and its way to and from the disk."""

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training import evaluate
from training.augment import blend, mix_features, to_input, vary_light
from training.batches import Batch
from training.drawn_truth import TRAITS
from training.losses import direction_loss, pair_loss, teacher_loss, trait_loss
from training.material import Material, Settings
from training.model import EMBED, Student
from training.pace import learning_rate, save_whole
from training.teacher import crop
from training.tokenizer import PAD

# Steps until the learning rate is at its highest.
CLIMB = 200
# How much of the average is kept at each step.
EMA = 0.998
# Texts of at most so many tokens go through the tower together, without the padding of longer ones.
SHORT = 8
ARRAYS = ("pictures", "teacher", "centred", "name_classes", "drawn_traits", "text_traits", "truth", "weight")


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
        self._read: dict[str, Tensor] = {}
        self.samples = self.steps = 0
        self.checkpoint = settings.work / "checkpoint.pt"

    @property
    def trunk(self) -> Any:
        """The image tower without its head."""
        return self.student.clip.visual.trunk

    def resume(self) -> None:
        """Goes on from the last checkpoint, if there is one."""
        # The trunk may come from its warm-up.
        self.average.load_state_dict(self.student.state_dict())
        if self.checkpoint.exists():
            state: dict[str, Any] = torch.load(self.checkpoint, map_location=self.device, weights_only=True)
            self.student.load_state_dict(state["student"])
            self.average.load_state_dict(state["average"])
            self.optimiser.load_state_dict(state["optimiser"])
            self.samples, self.steps = state["samples"], state["steps"]

    def save(self) -> None:
        """Writes the checkpoint, never half."""
        state = {
            "student": self.student.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "samples": self.samples,
            "steps": self.steps,
        }
        save_whole(state, self.checkpoint)

    def rate(self) -> float:
        """The learning rate: a short climb, then half a cosine over all samples."""
        return learning_rate(self.settings.rate, self.steps, CLIMB, self.samples / self.settings.samples)

    def step(self, batch: Batch) -> dict[str, float]:
        """Learns from one batch."""
        self.student.train()
        arrays = (torch.from_numpy(getattr(batch, name)).to(self.device) for name in ARRAYS)
        pictures, teacher, centred, classes, drawn, said, truth, weight = arrays
        count = len(teacher)
        embedded = self._embed(pictures, count, [teacher, centred, truth[:count]], weight[:count])
        texts = self.texts(self.student, batch.texts)
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
        self.samples, self.steps = self.samples + len(pictures), self.steps + 1
        return {name: float(loss.detach()) for name, loss in losses.items()}

    def _embed(self, pictures: Tensor, photos: int, targets: list[Tensor], weight: Tensor) -> Tensor:
        """[B, 256] for pixels or features, the photographs among them varied and some mixed, with what is true."""
        share = self.settings.blend
        if pictures.ndim == 2:
            mix_features(pictures[:photos], targets, [weight], share)
            return self.student.pooled(pictures)
        images = to_input(pictures)
        images[:photos] = vary_light(images[:photos])
        blend(images[:photos], targets, [weight], share)
        return self.student.image(images)

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
    def embed_images(self, name: str, pixels: Sequence[np.ndarray]) -> evaluate.Vectors:
        """float32 [n, 256] of length one, by the average, for pictures of any size, each squashed to the input.

        A trunk that does not learn reads the pictures of that name once.
        """
        features = self._read.get(name)
        if features is None:
            side, trunk = self.settings.side, self.average.clip.visual.trunk
            parts = [[_whole(p, side) for p in pixels[i : i + 64]] for i in range(0, len(pixels), 64)]
            features = torch.cat([trunk(to_input(torch.from_numpy(np.stack(p)).to(self.device))) for p in parts])
            if self.settings.pooled:
                self._read[name] = features
        return torch.nn.functional.normalize(self.average.pooled(features), dim=-1).cpu().numpy()


def _groups(student: Student) -> list[dict[str, Any]]:
    """The weights by how they are decayed and how fast they learn: the text tower at half the image tower's pace."""
    groups: dict[tuple[bool, bool], list[Tensor]] = {}
    for name, weights in student.named_parameters():
        groups.setdefault((weights.ndim > 1, name.startswith("clip.text")), []).append(weights)
    return [
        {"params": found, "weight_decay": 0.03 if matrix else 0.0, "pace": 0.5 if text else 1.0}
        for (matrix, text), found in groups.items()
    ]


def _whole(pixels: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """The whole picture at the input's size."""
    return crop(pixels, np.array([0, 0, pixels.shape[1], pixels.shape[0]], np.int32), side)
