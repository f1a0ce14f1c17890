"""Values of decoded JSON and of text, as what they are meant to be, or None: programs write `"20"`, `20.0` and `20`."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

LONGEST_WORDS = 65_536
"""Characters of a prompt that are kept."""
LONGEST_NAME = 512
_NUMBER = re.compile(r"[-+]?\d{1,40}(?:\.\d{0,40})?(?:[eE][-+]?\d{1,3})?")
_DIGITS = re.compile(r"\d{1,9}")
_WEIGHTS = (".safetensors", ".ckpt", ".gguf", ".sft", ".pth", ".pt", ".bin")


def words(value: Any, longest: int = LONGEST_WORDS) -> str:
    """A text without NULs and lone surrogates, which no one can store; of a list the parts, each on its line."""
    if isinstance(value, list):
        value = "\n".join(part for part in value[:100] if isinstance(part, str))
    if not isinstance(value, str):
        return ""
    return sound(value[:longest]).replace("\0", "").strip()


def sound(text: str) -> str:
    """The text as UTF-8 can hold it: JSON may name halves of surrogate pairs."""
    return text.encode("utf-8", "replace").decode("utf-8")


def name(value: Any) -> str:
    """The name of a model: without the folders it lies in there, and without its file type."""
    found = words(value, LONGEST_NAME).replace("\\", "/").rstrip("/").rpartition("/")[2].strip()
    ending = next((each for each in _WEIGHTS if found.lower().endswith(each)), "")
    found = found.removesuffix(found[len(found) - len(ending) :]) if ending else found
    return "" if found.lower() in ("none", "null") else found


def number(value: Any) -> float | None:
    """A finite number."""
    if isinstance(value, str):
        found = _NUMBER.fullmatch(value.strip()[:100])
        value = float(found[0]) if found else None
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 64:
        value = float(value)
    return value if isinstance(value, float) and math.isfinite(value) else None


def whole(value: Any, below: int) -> int | None:
    """A number from 0 on, and less than `below`; exact, as seeds have more digits than a float holds."""
    if isinstance(value, str) and re.fullmatch(r"\s*\d{1,20}\s*", value):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        found = number(value)
        value = int(found) if found is not None and found.is_integer() else -1
    return value if 0 <= value < below else None


def pair(value: Any) -> tuple[Any, Any]:
    """The two numbers of `(1152, 896)`, `1152x896`, `1152×896` or a list."""
    if isinstance(value, str):
        value = _DIGITS.findall(value[:LONGEST_NAME])
    return (value[0], value[1]) if isinstance(value, list) and len(value) == 2 else (None, None)


def mapping(value: Any) -> dict[str, Any]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def listed(value: Any) -> list[Any]:
    """The items of a list, or of a text that separates them by commas, quoted in brackets or not."""
    if isinstance(value, str):
        bare = value[:LONGEST_WORDS].strip().removeprefix("[").removesuffix("]")
        return [part.strip().strip("'\"") for part in bare.split(",") if part.strip()]
    return value if isinstance(value, list) else []


def first(source: dict[str, Any], *keys: str) -> Any:
    """What stands under the first of the keys that says anything."""
    return next((source[key] for key in keys if source.get(key) not in (None, "", [])), None)


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """The objects of a list."""
    yield from (each for each in (value if isinstance(value, list) else []) if isinstance(each, dict))
