"""The recommended models, as `curated.toml` beside this file lists them. No network, nothing heavy."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

from msgspec import Struct, convert


class Curated(Struct, frozen=True, forbid_unknown_fields=True):
    """One recommended model."""

    role: str
    """Its purpose, in a word that `pull` takes: mini, fast, balanced, multilingual, best; captions, captions-long."""
    name: str
    """The pack's name, once it is here."""
    repo: str
    """`owner/repo` on the hub; empty for the bundled model."""
    architecture: str
    """open_clip's name of it."""
    dimension: int
    languages: list[str]
    """ISO 639 codes; `mul` stands for many."""
    licence: str
    free: bool
    """Whether the licence allows any use."""
    download_mb: int
    """Megabytes (10^6 bytes) that a pull transfers."""
    images_per_s: int
    """Of the image tower on two processor cores; docs/models.md says how it was measured."""
    summary: str
    kind: Literal["search", "caption"] = "search"
    """Whether it answers searches, or writes captions."""
    revision: str = ""
    """The commit for everybody; empty: the one of the first pull on this machine."""
    sha256: str = ""
    """Of the weights at that commit; empty: that of the first pull on this machine."""


def curated() -> list[Curated]:
    """Every recommended model that answers searches, the smallest first."""
    return [model for model in _all() if model.kind == "search"]


def captioning() -> list[Curated]:
    """Every recommended model that writes captions."""
    return [model for model in _all() if model.kind == "caption"]


@cache
def _all() -> list[Curated]:
    with Path(__file__).with_name("curated.toml").open("rb") as file:
        return convert(tomllib.load(file)["model"], list[Curated])


def recommended(word: str) -> Curated | None:
    """The model of this role, name or repository, if it is a recommended one."""
    return next((model for model in _all() if word in (model.role, model.name, model.repo or model.name)), None)
