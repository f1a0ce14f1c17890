"""The held-out pictures in two halves: one chooses the cut and the calibration of auto-tags, the other judges them."""

import hashlib
from dataclasses import dataclass

import numpy as np

from training.evaluate import HeldOut, Vectors
from training.photos import Photo, subject
from vaultd.demo.scene import Scene


def judges(photo: Photo) -> bool:
    """Whether a held-out photograph judges the cut; the others choose it. By a hash, a subject's pictures alike."""
    return hashlib.blake2b(subject(photo).encode(), digest_size=2, person=b"judging").digest()[0] < 128


@dataclass(frozen=True)
class Pictures:
    """Held-out photographs and drawn pictures, with their vectors."""

    held: HeldOut
    photos: Vectors
    scenes: list[Scene]
    drawn: Vectors

    def half(self, judging: bool) -> "Pictures":
        """The half that judges, or the one that the cut is chosen on."""
        mine = np.array([judges(self.held.photos[row]) == judging for row in self.held.rows])
        scenes = np.array([seed % 2 == judging for seed in (scene.seed for scene in self.scenes)])
        chosen = [scene for scene, wanted in zip(self.scenes, scenes, strict=True) if wanted]
        return Pictures(self.held.part(mine), self.photos[mine], chosen, self.drawn[scenes])
