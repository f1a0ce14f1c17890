"""Numbers as a person reads them."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Callable


def count(number: int, one: str, many: str = "") -> str:
    """`1 picture`, `2 pictures`, `12,000 pictures`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def size(number: float) -> str:
    """Bytes, with a binary unit: `3.1 MiB`."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if number < 1024:
            return f"{number:.0f} B" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1024
    return f"{number:.1f} TiB"


def duration(seconds: float) -> str:
    """Two units at most: `2 h 5 min`, `48 s`."""
    whole = round(seconds)
    for unit, length, below, part in (("d", 86400, "h", 3600), ("h", 3600, "min", 60), ("min", 60, "s", 1)):
        if whole >= length:
            rest = whole % length // part
            return f"{whole // length} {unit}" + (f" {rest} {below}" if rest else "")
    return f"{whole} s"


def between(least: int, most: int) -> Callable[[str], int]:
    """What reads a whole number from `least` to `most`; ArgumentTypeError says so of anything else."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdecimal() and len(text) < 10 and least <= int(text) <= most):
            raise ArgumentTypeError(f"{text!r} is no whole number from {least} to {most}")
        return int(text)

    return read


def at_least(least: int) -> Callable[[str], int]:
    """What reads a whole number from `least` up; ArgumentTypeError says so of anything else."""

    def read(text: str) -> int:
        if not text.lstrip("-").isdecimal() or int(text) < least:
            raise ArgumentTypeError(f"{text!r} is no whole number from {least}")
        return int(text)

    return read
