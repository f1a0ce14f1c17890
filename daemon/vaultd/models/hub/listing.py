"""What a repository holds at one commit, as the hub tells it."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class RemoteFile:
    """A file of a repository. `digest` is its sha256 (LFS files), or the id of its git blob (small ones)."""

    path: str
    size: int
    kind: Literal["sha256", "git"]
    digest: str


@dataclass(frozen=True)
class Listing:
    """A repository at one commit."""

    repo: str
    commit: str
    licence: str
    """As the page of the model states it; empty where it states none."""
    files: dict[str, RemoteFile]
    """By path."""
