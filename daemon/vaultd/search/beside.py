"""Work that another thread does meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from queue import SimpleQueue
from typing import Generic, TypeVar

import trio
from outcome import Outcome

T = TypeVar("T")


class Beside(Generic[T]):
    """Begins some work in one of trio's threads at once. Nobody need ask for its result, which then is dropped."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._ended: SimpleQueue[Outcome[T]] = SimpleQueue()
        trio.lowlevel.start_thread_soon(work, self._ended.put, "search beside")

    def result(self) -> T:
        """Waits for it, and returns or raises what it did. To be asked once."""
        return self._ended.get().unwrap()
