"""How the C library keeps memory that was freed."""

from __future__ import annotations

import ctypes
import logging
import os
from pathlib import Path

import trio

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
    and after an hour of mixed load a third of the daemon's memory was nothing but gaps. Runs until cancelled."""
    library = ctypes.CDLL(None)
    if not hasattr(library, "malloc_trim"):
        return
    left = 0
    while True:
        await trio.sleep(LOOK_S)
        left = min(left, now := resident())
        if now > left + GROWTH_BYTES:
            await trio.to_thread.run_sync(library.malloc_trim, ctypes.c_size_t(0))
            left = resident()


def resident() -> int:
    """Bytes of memory that this process has, proc(5)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
