"""Names that Windows, SMB and exFAT can hold: what they forbid is shown by a character that looks alike.

Forbidden are `< > : " \\ | ? *` and control characters, a dot or a space at the end, the names of devices (`CON`,
`NUL.txt`), bytes that are no UTF-8, and two names that differ in case only (Microsoft, Naming Files, Paths, and
Namespaces). `/` cannot stand in any name.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar

from vaultfs.tree.names import numbered

T = TypeVar("T")

_WIDE = 0xFEE0
"""From an ASCII character to its full width form."""
_PICTURE = 0x2400
"""From a control character to its picture; DEL has one of its own."""

_FORBIDDEN = {ord(character): ord(character) + _WIDE for character in '<>:"\\|?*'}
_CONTROL = {code: code + _PICTURE for code in range(1, 32)} | {0x7F: 0x2421}
_ALIKE = _FORBIDDEN | _CONTROL
_AT_THE_END = {".": "\uff0e", " ": "\u2420"}
_MEANT = {alike: code for code, alike in _ALIKE.items()}
_MEANT_AT_THE_END = {alike: character for character, alike in _AT_THE_END.items()}
_DEVICE = re.compile(r"(?i:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3]) *(?:\.|$)")


def portable(name: bytes) -> bytes:
    """Return the name as other systems can hold it: itself, if it is one. It may be longer, also than 255 bytes."""
    text = name.decode(errors="replace").translate(_ALIKE)
    if text[-1:] in _AT_THE_END:
        text = text[:-1] + _AT_THE_END[text[-1]]
    if _DEVICE.match(text):
        text = chr(ord(text[0]) + _WIDE) + text[1:]
    return text.encode()


def meant(name: bytes) -> bytes:
    """Return what `portable` made the name from, as far as that can be told: what cannot stays as it is."""
    try:
        text = name.decode()
    except UnicodeDecodeError:
        return name
    text = text.translate(_MEANT)
    if text[-1:] in _MEANT_AT_THE_END:
        text = text[:-1] + _MEANT_AT_THE_END[text[-1]]
    narrow = chr(ord(text[0]) - _WIDE) + text[1:] if text and ord(text[0]) > _WIDE else ""
    return (narrow if _DEVICE.match(narrow) else text).encode()


def shown(names: Iterable[bytes], ours: Collection[bytes] = ()) -> dict[bytes, bytes]:
    """Return name → portable name, all different in whatever case, at most 255 bytes each.

    Of names that would be the same, one of `ours`, that the vault itself gave, keeps it, else the one that is portable
    already, else the first in the order of bytes.
    """
    groups: dict[bytes, list[bytes]] = defaultdict(list)
    found = {name: numbered(portable(name)) for name in names}
    for name, held in found.items():
        groups[_folded(held)].append(name)
    used = set(groups)
    for same in groups.values():
        same.sort(key=lambda name: (name not in ours, found[name] != name, name))
        for name in same[1:]:
            found[name] = _free(found[name], used)
    return found


def renamed(entries: Mapping[bytes, T], ours: Collection[bytes] = ()) -> tuple[dict[bytes, T], dict[bytes, bytes]]:
    """Return the entries under portable names, and name → portable name of those that have another one now."""
    names = shown(entries, ours)
    return {names[name]: entry for name, entry in entries.items()}, {a: b for a, b in names.items() if a != b}


def _free(name: bytes, used: set[bytes]) -> bytes:
    number = 2
    while _folded(numbered(name, b" (%d)" % number)) in used:
        number += 1
    free = numbered(name, b" (%d)" % number)
    used.add(_folded(free))
    return free


def _folded(name: bytes) -> bytes:
    return unicodedata.normalize("NFC", name.decode().casefold()).encode()
