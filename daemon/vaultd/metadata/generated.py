"""Texts beside generated images: what the picture was made of, or what a caption for training says."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping

import msgspec

from vaultd.domain.sidecar import Said
from vaultd.metadata.said import LONGEST
from vaultd.metadata.xmp import Unreadable

_KINDS = {
    "prompt": "prompt", "positive_prompt": "prompt", "positiveprompt": "prompt", "positive prompt": "prompt",
    "negative_prompt": "negative", "negativeprompt": "negative", "negative prompt": "negative", "uc": "negative",
    "caption": "caption", "description": "description",
}  # fmt: skip
"""Keys, in lower case, under which generators and trainers keep texts, and the kinds they are in the catalog."""
_INSIDE = ("parameters", "metadata", "meta", "sd-metadata", "image", "input", "params")
"""Keys that hold an object with such keys, or text with the settings of a generator."""
_SETTINGS = "Steps:"
_NEGATIVE = "Negative prompt:"


def text_said(data: bytes) -> Said:
    """A `.txt`: prompt and negative prompt where a generator wrote its settings behind them, else a caption.

    Raises Unreadable if it is no text.
    """
    return _said(dict(_of_text(_text(data))))


def json_said(data: bytes) -> Said:
    """A `.json`: the texts under the usual keys, nothing if there are none of those. Raises Unreadable."""
    try:
        found = msgspec.json.decode(_text(data).encode())
    except (msgspec.DecodeError, RecursionError) as error:
        raise Unreadable(f"it is no JSON: {error}") from None
    return _said(_of_object(found)) if isinstance(found, dict) else Said()


def _text(data: bytes) -> str:
    is_utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if is_utf16 else "utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("its text is not UTF-8") from None
    if "\0" in text:
        raise Unreadable("it is no text")
    return text.replace("\r\n", "\n").strip()


def _of_text(text: str) -> Iterator[tuple[str, str]]:
    before, settings, _ = f"\n{text}".partition(f"\n{_SETTINGS}")
    if not settings:
        yield "caption", text
        return
    prompt, _, negative = before.partition(f"\n{_NEGATIVE}")
    yield "prompt", prompt
    yield "negative", negative


def _of_object(found: Mapping[str, object], *, is_inside: bool = False) -> dict[str, str]:
    texts: dict[str, str] = {}
    for key, value in found.items():
        kind, said = _KINDS.get(key.lower(), ""), _joined(value)
        if kind and said:
            texts.setdefault(kind, said)
    for key in () if is_inside else _INSIDE:
        texts = {**_of_inside(found.get(key)), **texts}
    return texts


def _of_inside(value: object) -> dict[str, str]:
    if isinstance(value, dict):
        return _of_object(value, is_inside=True)
    return dict(_of_text(value)) if isinstance(value, str) and f"\n{_SETTINGS}" in f"\n{value}" else {}


def _joined(value: object) -> str:
    """A text, or a list of texts as one."""
    if isinstance(value, list):
        return ", ".join(one.strip() for one in value if isinstance(one, str) and one.strip())
    return value.strip() if isinstance(value, str) else ""


def _said(texts: Mapping[str, str]) -> Said:
    fit = ((kind, text.strip()[:LONGEST]) for kind, text in texts.items())
    return Said(texts=tuple((kind, text) for kind, text in fit if text))
