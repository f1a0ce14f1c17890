"""How long a process has been at what a person sees as one gesture: `rm -rf vault/*` goes through all folders, and is
refused in most of them, for longer than the five seconds after which the daemon takes a change for another gesture."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from vaultfs.tree.wholesale import PAUSE

if TYPE_CHECKING:
    from vaultfs.caller import Caller

_MANY = 64
"""Processes remembered before those that have ended their gestures are forgotten."""


class Gestures:
    """The processes that change things at present, or try to. `now`: the tree's clock, in seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._at_it: dict[str, tuple[float, float]] = {}

    def step(self, caller: Caller) -> None:
        """`caller` asks for a change, which may yet be refused."""
        process, now = caller.group(), self._now()
        if not process:
            return
        if len(self._at_it) > _MANY:
            self._at_it = {one: times for one, times in self._at_it.items() if now < times[1] + PAUSE}
        begun, last = self._at_it.get(process, (now, now))
        self._at_it[process] = (begun if now < last + PAUSE else now, now)

    def since(self, process: str) -> float:
        """Return for how many seconds `process` has been at its gesture."""
        now = self._now()
        return now - self._at_it.get(process, (now, now))[0]
