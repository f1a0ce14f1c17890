"""Programs that empty a folder of results. `rm -r` goes name by name, and means the folder, not each of its pictures.

The first of its unlinks look like those of a person who hides a few results. So each is obeyed, until it shows that all
of them are meant: then what was hidden is shown again, and the rest only seem to go.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from typing import TYPE_CHECKING

import trio

from vaultfs.tree.wholesale import PAUSE

if TYPE_CHECKING:
    from vaultfs.caller import Caller

FEW = 4
"""Pictures that a folder must show for its emptying to be told from a choice: somebody may well hide two of three."""


class Sweep:
    """The unlinks of one program in one folder, each within five seconds of the last.

    `listed`: how many pictures the folder showed when it began. `group`: joins what it hides to one action. `actions`:
    the ids of what it did, in order. `removed`: the names it removed, and their images. `unsure`: images that may be
    hidden and should not be. `spared`: it empties the folder and hides nothing any more. `busy`: held by who acts.
    """

    def __init__(self, listed: int, group: str, now: float) -> None:
        self.group = group
        self.actions: list[str] = []
        self.removed: dict[bytes, str] = {}
        self.unsure: set[str] = set()
        self.spared = False
        self.busy = trio.Lock()
        self._listed = listed
        self._answered_at = now
        self._own_time = 0.0
        self._steps: deque[float] = deque()

    def goes_on(self, now: float) -> bool:
        """Return whether an unlink at `now` (seconds) belongs to it."""
        return now < self._answered_at + PAUSE

    def asked(self, now: float) -> None:
        """Count an unlink. Time runs only while the program has its answer: a slow daemon makes nobody patient."""
        self._own_time += max(0.0, now - self._answered_at)
        self._steps.append(self._own_time)
        while self._steps[0] <= self._own_time - PAUSE:
            self._steps.popleft()

    def answered(self, now: float) -> None:
        """The unlink counted last is over."""
        self._answered_at = now

    def empties(self) -> bool:
        """Return whether more than half of the folder went within five seconds."""
        return self.spared or (self._listed >= FEW and 2 * len(self._steps) > self._listed)


class Sweeps:
    """The sweeps of one folder, by process. Processes that are not to be seen count as one."""

    def __init__(self) -> None:
        self._under_way: dict[str, Sweep] = {}

    def joined(self, caller: Caller, listed: int, place: int, now: float) -> Sweep:
        """Return the sweep that an unlink of `caller` goes on with, or begins. `place`: the folder's inode."""
        sweep = self.of(caller, now)
        if sweep is None:
            process = caller.group()
            # An action of its own: taking it back must not take back what else the program did.
            sweep = self._under_way[process] = Sweep(listed, f"{process}-{place}" if process else "", now)
        return sweep

    def of(self, caller: Caller, now: float) -> Sweep | None:
        """Return the sweep of `caller` that is under way."""
        self._end(now)
        return self._under_way.get(caller.group()) if self._under_way else None

    def that_removed(self, names: Collection[bytes], now: float) -> Sweep | None:
        """Return the sweep under way, whosever, that removed one of `names`."""
        self._end(now)
        return next((sweep for sweep in self._under_way.values() if sweep.removed.keys() & set(names)), None)

    def looked(self, caller: Caller) -> None:
        """`caller` lists the folder anew: it sees that nothing is gone, and what it removes now it means."""
        process = caller.group()
        if process in self._under_way and self._under_way[process].spared:
            del self._under_way[process]

    def _end(self, now: float) -> None:
        self._under_way = {process: sweep for process, sweep in self._under_way.items() if sweep.goes_on(now)}
