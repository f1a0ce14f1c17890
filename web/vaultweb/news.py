"""What happens in the vault, told to whoever listens now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import trio

from vaultipc.messages import Changed


class Listener:
    """What one listener has not been told yet. Changes that come meanwhile are joined, so that it never grows."""

    def __init__(self) -> None:
        self.topics: set[str] = set()
        self.seq = 0
        self.presence: list[str] = []
        self.ended = False
        self._woken = trio.Event()

    def wake(self) -> None:
        self._woken.set()

    async def wait(self) -> None:
        """Wait until there is something to tell."""
        await self._woken.wait()
        self._woken = trio.Event()

    def take(self) -> tuple[list[str], Changed | None]:
        """What there is to tell: `away` and `back`, at most the last of either, and the changes."""
        presence, self.presence = self.presence[-2:], []
        changed = Changed(topics=sorted(self.topics), seq=self.seq) if self.topics else None
        self.topics = set()
        return presence, changed


class News:
    """Told by the connections, heard by the streams of events."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()

    @contextmanager
    def listening(self) -> Iterator[Listener]:
        """A listener that hears everything while the block runs."""
        listener = Listener()
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    def changed(self, change: Changed) -> None:
        for listener in self._listeners:
            listener.topics.update(change.topics)
            listener.seq = max(listener.seq, change.seq)
            listener.wake()

    def away(self) -> None:
        self._tell("away")

    def back(self) -> None:
        self._tell("back")

    def close(self) -> None:
        """No more will be told: every stream ends."""
        for listener in self._listeners:
            listener.ended = True
            listener.wake()

    def _tell(self, presence: str) -> None:
        for listener in self._listeners:
            listener.presence.append(presence)
            listener.wake()
