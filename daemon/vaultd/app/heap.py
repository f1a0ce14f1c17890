"""How the C library keeps memory that was freed."""

from __future__ import annotations

import ctypes
import logging

log = logging.getLogger(__name__)

M_ARENA_MAX = -8
"""mallopt(3), malloc.h of the GNU C library."""
ARENAS = 2


def bound_arenas() -> None:
    """Lets threads share two heaps, before there are any: else each keeps what it once freed, a quarter of the daemon's
    memory with 100,000 pictures."""
    library = ctypes.CDLL(None)
    if not hasattr(library, "mallopt"):
        log.debug("this C library has no mallopt; the daemon may take more memory")
        return
    library.mallopt(M_ARENA_MAX, ARENAS)
