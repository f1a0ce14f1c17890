"""What the daemon was asked about single pictures a moment ago. Programs ask for an attribute several times over."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")

_MOST = 64
"""Answers that are kept: a program asks for all of one picture before it goes on to the next."""


class Heard:
    """Answers, each until anything changes."""

    def __init__(self) -> None:
        self._answers: OrderedDict[Hashable, Any] = OrderedDict()
        self._changes = 0

    async def about(self, thing: Hashable, ask: Callable[[], Awaitable[T]]) -> T:
        """Return the answer about `thing` that still holds, else the one that `ask` brings."""
        if thing in self._answers:
            kept: T = self._answers[thing]
            return kept
        before = self._changes
        answer = await ask()
        if before == self._changes:
            self._answers[thing] = answer
            while len(self._answers) > _MOST:
                self._answers.popitem(last=False)
        return answer

    def expire(self) -> None:
        """Something changed: nothing that was heard, or is being asked now, need hold any more."""
        self._changes += 1
        self._answers.clear()
