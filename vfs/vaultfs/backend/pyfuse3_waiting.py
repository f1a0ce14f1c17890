"""How pyfuse3's workers wait for the kernel: in place while requests come thick and fast, in trio's loop otherwise.

A program that lists ten thousand links sends ten thousand requests, each as soon as the one before is answered. A round
of trio's loop costs several times as much as such an answer, and pyfuse3 takes one to two of them for each request. So
the worker that just answered stays and waits a blink for the next request, if no other request is under way; trio's
loop has its turn every millisecond all the same. pyfuse3 takes its waiting from its global `trio`, which its own
support of asyncio replaces in the same way.
"""

from __future__ import annotations

import select
import time
from types import SimpleNamespace, TracebackType

import pyfuse3
import trio

_BLINK = 0.0001
_TURN = 0.001
"""Seconds after which other tasks have their turn, however many requests come."""


def use_patience() -> None:
    """Let pyfuse3 wait as it is described above. To be called before `pyfuse3.main`."""
    waiting = Waiting()
    lowlevel = SimpleNamespace(**{**vars(trio.lowlevel), "wait_readable": waiting.wait_readable})
    pyfuse3.trio = SimpleNamespace(**{**vars(trio), "Lock": lambda: waiting, "lowlevel": lowlevel})  # type: ignore[attr-defined]


class Waiting:
    """The workers' lock, which the next to read from the kernel holds, and the wait for something to read.

    Other than trio's lock it is not handed on: a worker that comes back without having waited for anything takes it
    again, and those who wait for it are not disturbed. Workers must not end: one that does counts as busy for ever.
    """

    def __init__(self) -> None:
        self._held = False
        self._waking = False
        self._parked = trio.lowlevel.ParkingLot()
        self._busy: set[trio.lowlevel.Task] = set()
        self._turn_ends = 0.0

    async def __aenter__(self) -> None:
        self._busy.discard(trio.lowlevel.current_task())
        while self._held:
            try:
                await self._parked.park()
            finally:
                self._waking = False
        self._held = True

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held = False
        self._busy.add(trio.lowlevel.current_task())
        if self._parked and not self._waking:
            self._waking = True
            self._parked.unpark()

    async def wait_readable(self, descriptor: int) -> None:
        """Return once there is something to read."""
        if not self._busy and time.monotonic() < self._turn_ends and select.select([descriptor], [], [], _BLINK)[0]:
            return
        await trio.lowlevel.wait_readable(descriptor)
        self._turn_ends = time.monotonic() + _TURN
