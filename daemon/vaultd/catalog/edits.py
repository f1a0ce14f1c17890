"""What the user writes about pictures: texts of the source `user`, beside what the files say."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping

from vaultd.catalog.actions import Action, Row, counted
from vaultipc.errors import TooLarge, UserError

KINDS = ("title", "description", "caption", "prompt", "negative", "ocr")
LONGEST = 65_536
"""Characters of one text."""


def clean(text: str) -> str:
    """The text in Unicode's composed form, its lines ended by LF, without space around it.

    Raises TooLarge, and UserError if it holds control characters or half a surrogate pair.
    """
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    for letter in composed:
        if letter not in "\n\t" and unicodedata.category(letter) in ("Cc", "Cs"):
            raise UserError(f"the text holds {letter!a}, which no text may")
    if len(composed) > LONGEST:
        raise TooLarge(f"the text has {len(composed)} characters", hint=f"{LONGEST} are the most")
    return composed


def write(action: Action, images: Iterable[int], texts: Mapping[str, str]) -> tuple[int, int]:
    """Makes these, by kind, the user's texts about images; an empty one is taken away.

    Returns how many images were changed and how many had them so. Raises what `clean` raises.
    """
    wanted = {kind: clean(text) for kind, text in texts.items()}
    return counted(images, lambda image: _write(action, image, wanted))


def _write(action: Action, image: int, texts: Mapping[str, str]) -> bool:
    changed = False
    for kind, text in texts.items():
        key: Row = {"image": image, "kind": kind, "source": "user"}
        changed |= action.put("texts", key, {"text": text}) if text else action.delete("texts", key)
    return changed
