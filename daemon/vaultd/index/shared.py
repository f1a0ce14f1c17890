"""A lock that many may hold who only look, and one alone who changes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class SharedLock:
    """Who waits to change lets nobody in after it, so that those who look cannot keep it out for ever."""

    def __init__(self) -> None:
        self._door = threading.Lock()
        self._inside = 0
        self._left = threading.Condition()

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Beside others who look."""
        with self._door, self._left:
            self._inside += 1
        try:
            yield
        finally:
            with self._left:
                self._inside -= 1
                self._left.notify_all()

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Alone."""
        with self._door, self._left:
            self._left.wait_for(lambda: self._inside == 0)
            yield
