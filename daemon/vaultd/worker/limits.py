"""What a worker may take from the machine."""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal

GRACE_S = 5
STARVED = 10
"""Times as long as it may take one thing may last where others have the processors."""
MIB = 1 << 20
FIRST_TO_END = 500
"""Of 1000: whom the kernel ends when memory runs out. A worker is charged to one picture; other programs cost more."""

_IOPRIO_SET = {"x86_64": 251, "aarch64": 30, "riscv64": 30, "armv7l": 314, "ppc64le": 273, "s390x": 282, "i686": 289}
"""Number of the system call, for which neither Python nor the C library has a function."""
_THIS_PROCESS, _IDLE = 1, 3 << 13
"""IOPRIO_WHO_PROCESS, and IOPRIO_CLASS_IDLE in the class's place (ioprio_set(2))."""


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
    """Lets the kernel end this process once STARVED times that is over, and a little more; 0 takes it back.

    The daemon, which knows how long it waited for a processor, is quicker, if it lives; without one, a decoder that
    hangs would burn a core for ever.
    """
    signal.setitimer(signal.ITIMER_REAL, seconds * STARVED + GRACE_S if seconds else 0)


def give_way(niceness: int) -> None:
    """Lets everything else on the machine come first: for processors, disks, and memory.

    The disk's queue and the memory's order are asked of the kernel where it knows them; elsewhere this changes nothing.
    """
    os.nice(niceness)
    number = _IOPRIO_SET.get(platform.machine())
    if number is not None:
        ctypes.CDLL(None).syscall(number, _THIS_PROCESS, 0, _IDLE)
    if os.access("/proc/self/oom_score_adj", os.W_OK):
        with open("/proc/self/oom_score_adj", "w", encoding="ascii") as order:
            order.write(str(FIRST_TO_END))
