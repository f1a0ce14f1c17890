"""How fast it goes, over the last half minute."""

from __future__ import annotations

from collections import deque

WINDOW_S = 30.0


class Progress:
    """Counts files as they are done. No clock of its own."""

    def __init__(self) -> None:
        self._done: deque[tuple[float, int]] = deque()
        self._since: float | None = None

    def start(self, now: float) -> None:
        """Work begins, after none; the pause before it does not count."""
        if self._since is None:
            self._since = now
            self._done.clear()

    def stop(self) -> None:
        """Nothing is left to do."""
        self._since = None

    def done(self, count: int, now: float) -> None:
        """So many files were finished."""
        self._done.append((now, count))
        while self._done and self._done[0][0] < now - WINDOW_S:
            self._done.popleft()

    def rate_per_s(self, now: float) -> float:
        """Files a second; 0 while nothing is being done."""
        if self._since is None:
            return 0.0
        recent = sum(count for moment, count in self._done if moment >= now - WINDOW_S)
        return recent / max(min(now - self._since, WINDOW_S), 0.1)

    def eta_s(self, pending: int, now: float) -> float | None:
        """Seconds until nothing is pending; None while that cannot be told."""
        rate = self.rate_per_s(now)
        return pending / rate if rate > 0 and pending else None
