"""One request at a time for one thing: whoever asks while it is under way gets the same outcome, failure included."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import outcome
import trio

T = TypeVar("T")


class Flight(Generic[T]):
    """`share` runs its function, or joins the run that has begun.

    Sharing failures matters as much as sharing answers: callers that queued for a silent daemon one after the other
    would each wait for their own deadline.
    """

    __slots__ = ("_landed", "_outcome")

    def __init__(self) -> None:
        self._landed: trio.Event | None = None
        self._outcome: outcome.Outcome[T] | None = None

    async def share(self, function: Callable[[], Awaitable[T]]) -> T:
        if self._landed is not None:
            await self._landed.wait()
            if self._outcome is not None:
                return self._again(self._outcome)
        landed = self._landed = trio.Event()
        self._outcome = None
        try:
            result = await function()
        except Exception as error:
            self._outcome = outcome.Error(error)
            raise
        else:
            self._outcome = outcome.Value(result)
            return result
        finally:
            # A cancelled run has no outcome: those who waited begin anew.
            self._landed = None
            landed.set()

    @staticmethod
    def _again(settled: outcome.Outcome[T]) -> T:
        if isinstance(settled, outcome.Error):
            raise settled.error.with_traceback(None)
        return settled.unwrap()
