"""How the C library keeps memory that was freed."""

from __future__ import annotations

import ctypes
import logging

import trio

from vaultd.domain.memory import resident_bytes, trim

log = logging.getLogger(__name__)

M_ARENA_MAX = -8
"""mallopt(3), malloc.h of the GNU C library."""
ARENAS = 2
LOOK_S = 60.0
GROWTH_BYTES = 16 << 20
"""What the daemon grows by before anything is given back: one that is quiet is left alone."""


def bound_arenas() -> None:
    """Lets threads share two heaps, before there are any: else each keeps what it once freed, a quarter of the daemon's
    memory with 100,000 pictures."""
    library = ctypes.CDLL(None)
    if not hasattr(library, "mallopt"):
        log.debug("this C library has no mallopt; the daemon may take more memory")
        return
    library.mallopt(M_ARENA_MAX, ARENAS)


async def give_back() -> None:
    """Returns to the system, now and then, what was freed: by itself the C library does so at the end of a heap alone,
    and after an hour of mixed load a third of the daemon's memory was nothing but gaps.

    Runs until cancelled, or until it is found that this C library cannot do it.
    """
    left = 0
    while True:
        await trio.sleep(LOOK_S)
        left = min(left, now := resident_bytes())
        if now > left + GROWTH_BYTES:
            if not await trio.to_thread.run_sync(trim):
                return
            left = resident_bytes()
