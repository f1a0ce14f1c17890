"""A file as a program writes it, and what is to be read from it."""

from __future__ import annotations

from dataclasses import dataclass

from vaultd.prompts import Generation


@dataclass(frozen=True)
class Case:
    """`name`: program, container, and what is special. `said` has neither raw text nor workflow. `kind`: file type."""

    name: str
    kind: str
    content: bytes
    said: Generation
    hidden: bool = False  # in the pixels: read from them, not from the file's metadata

    def __str__(self) -> str:
        return self.name
