"""What a worker may take from the machine."""

from __future__ import annotations

import resource
import signal

GRACE_S = 5
MIB = 1 << 20


def bound_memory(more_mb: int) -> None:
    """Bounds the address space to what is mapped now plus `more_mb` MiB, so that a bomb fails and not the machine."""
    with open("/proc/self/statm", encoding="ascii") as statm:
        mapped = int(statm.read().split()[0]) * resource.getpagesize()
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = mapped + more_mb * MIB
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))


def bound_time(seconds: int) -> None:
    """Lets the kernel end this process that much later, and a little more; 0 takes it back.

    The daemon is quicker, if it lives; without one, a decoder that hangs would burn a core for ever.
    """
    signal.setitimer(signal.ITIMER_REAL, seconds + GRACE_S if seconds else 0)
