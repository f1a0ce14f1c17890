"""Names that people give: each becomes a folder's name in the mount, so it must be one that a folder can have."""

from __future__ import annotations

import unicodedata

from vaultipc.errors import TooLarge, UserError

NAME_BYTES = 255
SLASH = "\u2215"
"""DIVISION SLASH, ∕: what stands for `/` in the name of a query's folder."""


def component(name: str) -> str:
    """The name in Unicode's composed form (NFC), so that two ways of typing one letter mean one name.

    Raises UserError if it is empty, starts with a dot (such folders are hidden, and some mean views), holds a slash,
    a control character or half a surrogate pair; TooLarge if it takes more than 255 bytes.
    """
    composed = unicodedata.normalize("NFC", name)
    if not composed.strip():
        raise UserError("a name must not be empty")
    if composed.startswith("."):
        raise UserError(f"the name “{composed}” must not start with a dot", hint="names with a dot are hidden folders")
    for position, letter in enumerate(composed):
        if letter == "/" or unicodedata.category(letter) in ("Cc", "Cs"):
            shown = composed.encode("utf-8", "replace").decode()
            raise UserError(f"the name {shown!r} holds {letter!a}, which no name may", position=position)
    if len(composed.encode()) > NAME_BYTES:
        raise TooLarge(f"the name “{composed[:40]}…” is longer than {NAME_BYTES} bytes")
    return composed
