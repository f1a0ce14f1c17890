"""A thread whose children cannot open an internet socket: the kernel kills whoever tries.

A seccomp filter (seccomp(2)) on the one system call that makes sockets. It holds for native code too, is inherited by
every process that the thread starts, and cannot be taken off; the rest of the test's own process is left alone.
"""

from __future__ import annotations

import ctypes
import platform
import signal
import socket
import struct

# From linux/prctl.h, linux/seccomp.h, linux/filter.h and the tables of system calls.
_NO_NEW_PRIVS, _SET_SECCOMP, _FILTER = 38, 22, 2
_ALLOW, _KILL_PROCESS = 0x7FFF0000, 0x80000000
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06
_SOCKET = {"x86_64": 41, "aarch64": 198}
_NUMBER, _FIRST_ARGUMENT = 0, 16  # offsets in struct seccomp_data

KILLED = -signal.SIGSYS
"""The return code of a child that tried."""


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def forbid() -> None:
    """Forbids this thread, and all it starts from now on, sockets of IPv4 and IPv6. OSError where the kernel cannot."""
    lines = (
        (_LOAD, 0, 0, _NUMBER),
        (_EQUAL, 0, 3, _SOCKET[platform.machine()]),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_EQUAL, 2, 0, socket.AF_INET),
        (_EQUAL, 1, 0, socket.AF_INET6),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _KILL_PROCESS),
    )
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in lines))
    program = _Program(len(lines), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(_SET_SECCOMP, _FILTER, ctypes.byref(program), 0, 0):
        raise OSError(ctypes.get_errno(), "the kernel takes no seccomp filter")
