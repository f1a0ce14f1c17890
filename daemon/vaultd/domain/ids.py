"""Ids as messages tell them: texts, which clients hand back and people type."""

from __future__ import annotations


def is_id(text: str) -> bool:
    """Whether a text may be the id of something: a whole number from 0 that fits SQLite's integers."""
    return text.isascii() and text.isdecimal() and len(text) < 19
