"""What a pull is asked for, who is talked to meanwhile, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from vaultd.models.captioners import CaptionModel
from vaultd.models.hub.reference import Reference
from vaultd.models.manifest import Manifest


@dataclass(frozen=True)
class Wish:
    """One model to pull into `packs`, the folder of the user's packs.

    `sha256`: of the manifest of a pack, or of the weights of a checkpoint; empty where the hub is believed. `sure`: no
    question is to be asked. `allowed`: whether the configuration lets the network be used (`network.enabled`).
    `images`: folders of pictures on which a checkpoint is tried when it becomes a pack; none means drawn ones.
    """

    packs: Path
    reference: Reference
    sha256: str = ""
    sure: bool = False
    allowed: bool = True
    images: tuple[Path, ...] = ()


class Teller(Protocol):
    """Whoever sits in front of it."""

    def say(self, text: str) -> None:
        """Something to know."""
        ...

    def confirm(self, question: str) -> bool:
        """Whether the person agrees; False where nobody can be asked."""
        ...

    def begin(self, total: int) -> None:
        """So many bytes are to be had."""
        ...

    def advance(self, count: int) -> None:
        """So many bytes more are here (fewer, where a file had to be begun again)."""
        ...

    def end(self) -> None:
        """All of them are here, or nothing more comes."""
        ...


@dataclass(frozen=True)
class Pulled:
    """A pack, or a caption model, that is here. `transferred`: it was not here before. `bundled`: it came with the
    program."""

    folder: Path
    manifest: Manifest | CaptionModel
    transferred: bool
    bundled: bool = False
