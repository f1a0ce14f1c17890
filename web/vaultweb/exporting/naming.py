"""Names of exported files: no two alike on any system, and none that a system does not take."""

from __future__ import annotations

import re
import unicodedata

_REFUSED = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\ud800-\udfff]')
"""What Windows does not take; everywhere else only `/` and NUL are."""
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
_LONGEST = 200
"""Bytes, which leaves room for ` (1000).xmp` in the 255 that systems take."""


class Names:
    """Gives names out, each once; upper and lower case, and ways to write an accent, make no difference."""

    def __init__(self) -> None:
        self._given: set[str] = set()
        self._next: dict[str, int] = {}

    def new(self, wanted: str) -> str:
        """`wanted` as every system takes it, with ` (2)` before its ending where it was given before."""
        name = portable(wanted)
        stem, dot, ending = name.rpartition(".")
        if not stem:
            stem, dot, ending = name, "", ""
        number = self._next.get(_key(name), 1)
        given = name if number == 1 else f"{stem} ({number}){dot}{ending}"
        while _key(given) in self._given:
            number += 1
            given = f"{stem} ({number}){dot}{ending}"
        self._next[_key(name)] = number + 1
        self._given.add(_key(given))
        return given


def portable(name: str) -> str:
    """The name with `_` for letters that some system does not take, and not too long."""
    plain = _REFUSED.sub("_", unicodedata.normalize("NFC", name)).rstrip(". ")
    plain = f"_{plain}" if not plain or _DEVICES.fullmatch(plain) else plain
    if len(plain.encode()) <= _LONGEST:
        return plain
    stem, dot, ending = plain.rpartition(".")
    kept = f"{dot}{ending}" if stem and len(ending.encode()) < 16 else ""
    return plain.encode()[: _LONGEST - len(kept.encode())].decode(errors="ignore").rstrip(". ") + kept


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
