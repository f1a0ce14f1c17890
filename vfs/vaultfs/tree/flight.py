"""One request at a time for one thing: whoever asks while it is under way gets the same outcome, failure included."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import trio

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Outcome(Generic[T]):
    """What came of a run: its value, in a tuple so that None is one too, or its error."""

    value: tuple[T] | None = None
    error: Exception | None = None


class Flight(Generic[T]):
    """`share` runs its function, or joins the run that has begun.

    Sharing failures matters as much as sharing answers: callers that queued for a silent daemon one after the other
    would each wait for their own deadline.
    """

    __slots__ = ("_landed", "_outcome")

    def __init__(self) -> None:
        self._landed: trio.Event | None = None
        self._outcome: _Outcome[T] = _Outcome()

    async def share(self, function: Callable[[], Awaitable[T]], fresh: bool = False) -> T:
        """Return what `function` returns, or raise what it raises.

        `fresh`: the value must have been asked for after this call; a failure under way is shared all the same. If the
        run that was joined is cancelled, it is begun anew.
        """
        if fresh and self._landed is not None:
            await self._landed.wait()
            if self._outcome.error is not None:
                raise self._outcome.error.with_traceback(None)
        while self._landed is not None:
            await self._landed.wait()
            settled = self._outcome
            if settled.error is not None:
                raise settled.error.with_traceback(None)
            if settled.value is not None:
                return settled.value[0]
        return await self._run(function)

    async def _run(self, function: Callable[[], Awaitable[T]]) -> T:
        landed = self._landed = trio.Event()
        self._outcome = _Outcome()
        try:
            result = await function()
        except Exception as error:
            self._outcome = _Outcome(error=error)
            raise
        else:
            self._outcome = _Outcome(value=(result,))
            return result
        finally:
            self._landed = None
            landed.set()
