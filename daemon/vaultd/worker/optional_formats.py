"""Formats that are read where a package for them is installed. They are not in the default install for their licences
and their size; finding out which are there imports none of them.

HEIC: pi-heif is libheif's decoder alone (LGPL-3); pillow-heif reads as well, but brings an encoder under the GPL.
JPEG XL: pillow-jxl-plugin is under the GPL-3.
"""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import dataclass


@dataclass(frozen=True)
class OptionalFormat:
    """`name` for people, `pillow` as Pillow calls it; `modules`: any of them reads it; `extra`: what brings one."""

    name: str
    pillow: str
    mime: str
    extensions: frozenset[bytes]
    modules: tuple[str, ...]
    extra: str

    @property
    def module(self) -> str | None:
        """The module that reads it, None where none is installed."""
        return next((name for name in self.modules if importlib.util.find_spec(name) is not None), None)

    def register(self) -> bool:
        """Makes Pillow read it in this process; False where nothing is installed for it. Raises ImportError."""
        if self.module is None:
            return False
        module = importlib.import_module(self.module)
        if self.pillow == "HEIF":
            module.register_heif_opener()
        return True  # the other registers itself


OPTIONAL = (
    OptionalFormat(
        "HEIC", "HEIF", "image/heic", frozenset({b".heic", b".heif", b".hif"}), ("pi_heif", "pillow_heif"), "heif"
    ),
    OptionalFormat("JPEG XL", "JXL", "image/jxl", frozenset({b".jxl"}), ("pillow_jxl",), "jxl"),
)
