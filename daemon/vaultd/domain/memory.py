"""Memory of processes: how much one has, and giving back what this one does not use."""

from __future__ import annotations

import ctypes
import os
import resource


def resident_bytes(pid: int | None = None) -> int:
    """Resident memory of a process (proc(5)), without `pid` of this one; 0 if there is none of that id."""
    try:
        with open(f"/proc/{os.getpid() if pid is None else pid}/statm", encoding="ascii") as statm:
            return int(statm.read().split()[1]) * resource.getpagesize()
    except OSError:
        return 0


def trim() -> bool:
    """Returns to the system what was freed in gaps of the heap; whether the C library can, as the GNU one does."""
    library = ctypes.CDLL(None)
    if not hasattr(library, "malloc_trim"):
        return False
    library.malloc_trim(ctypes.c_size_t(0))
    return True
