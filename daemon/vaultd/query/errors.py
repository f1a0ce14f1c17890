"""What is wrong with a text that is no query.

The language knows nothing of who uses it: whoever does makes of this what its own users are told.
"""

from __future__ import annotations


class QueryFault(ValueError):
    """A text is no query: a sentence that says why, what to write instead, and the character where it went wrong."""

    def __init__(self, message: str, hint: str = "", position: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.position = position
