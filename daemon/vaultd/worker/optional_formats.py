"""Formats that are read where a package for them is installed. They are not in the default install for their licences
and their size; finding out which are there imports none of them.

HEIC: pi-heif is libheif's decoder alone (LGPL-3); pillow-heif reads as well, but brings an encoder under the GPL.
JPEG XL: imagecodecs (BSD) brings libjxl (BSD). The package pillow-jxl-plugin is under the GPL-3.
Raw: rawpy (MIT) brings LibRaw (LGPL-2.1 or CDDL), without its packs under the GPL.
SVG: resvg_py (MIT) brings resvg (Apache-2.0 or MIT), which knows no network and no scripts.
"""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import dataclass


@dataclass(frozen=True)
class OptionalFormat:
    """`name` for people, `pillow` as Pillow calls it; `modules`: any of them reads it; `extra`: what brings one.

    `reader`: the module that makes Pillow read it by what is installed, None where that can do so itself.
    """

    name: str
    pillow: str
    mime: str
    extensions: frozenset[bytes]
    modules: tuple[str, ...]
    extra: str
    reader: str | None = None

    @property
    def module(self) -> str | None:
        """The module that reads it, None where none is installed."""
        return next((name for name in self.modules if importlib.util.find_spec(name) is not None), None)

    def register(self) -> bool:
        """Makes Pillow read it in this process; False where nothing is installed for it. Raises ImportError."""
        if self.module is None:
            return False
        if self.reader is not None:
            importlib.import_module(self.reader).register()
        else:
            importlib.import_module(self.module).register_heif_opener()
        return True


_READERS = "vaultd.worker.readers."
_RAW = frozenset({b".cr2", b".cr3", b".nef", b".arw", b".dng", b".raf", b".orf", b".rw2", b".pef"})

OPTIONAL = (
    OptionalFormat(
        "HEIC", "HEIF", "image/heic", frozenset({b".heic", b".heif", b".hif"}), ("pi_heif", "pillow_heif"), "heif"
    ),
    OptionalFormat("JPEG XL", "JXL", "image/jxl", frozenset({b".jxl"}), ("imagecodecs",), "jxl", _READERS + "jxl"),
    OptionalFormat("raw", "RAW", "image/x-dcraw", _RAW, ("rawpy",), "raw", _READERS + "raw"),
    OptionalFormat(
        "SVG", "SVG", "image/svg+xml", frozenset({b".svg", b".svgz"}), ("resvg_py",), "svg", _READERS + "svg"
    ),
)
