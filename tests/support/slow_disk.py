"""A disk that is slow to sync, or fails to, for the children of a thread: each sync waits for its turn and its time.

A seccomp filter hands fsync(2) and fdatasync(2) to us before the kernel does them (seccomp_unotify(2)); we let them
through one after the other, like a disk with one arm. Nothing else is slower, and nothing is left out.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import platform
import select
import struct
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Self, TypeVar

# From linux/prctl.h, linux/seccomp.h, linux/filter.h and the tables of system calls.
_NO_NEW_PRIVS, _SET_MODE_FILTER = 38, 1
_NEW_LISTENER, _NO_SIGNALS = 1 << 3, 1 << 5  # without the second, a signal would end a sync, as none does on a disk
_ALLOW, _TELL = 0x7FFF0000, 0x7FC00000
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06
_NUMBER = 0  # offset in struct seccomp_data
_SECCOMP = {"x86_64": 317, "aarch64": 277}
_SYNCS = {"x86_64": (74, 75), "aarch64": (82, 83)}
_RECEIVE, _SEND = 0xC0502100, 0xC0182101  # _IOWR('!', 0, 80 bytes), _IOWR('!', 1, 24 bytes)
_GO_ON = 1
_LOOK_S = 0.1

T = TypeVar("T")


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


class SlowDisk:
    """`within(start)` runs `start` where every process that it starts has the slow disk.

    `syncs`: how many there were; each takes `seconds`. `error`: with which of errno they fail from now on, 0 for none.
    OSError where the kernel cannot, or knows no such filter for this processor.
    """

    def __init__(self, seconds: float) -> None:
        self.syncs = 0
        self.error = 0
        self.seconds = seconds
        self._thread = ThreadPoolExecutor(1)
        try:
            self._listener = self._thread.submit(_listener).result()
        except BaseException:
            self._thread.shutdown()
            raise
        self._ending = threading.Event()
        self._waiting: SimpleQueue[int] = SimpleQueue()
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._hear, self._move)]

    def within(self, start: Callable[[], T]) -> T:
        return self._thread.submit(start).result()

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Its processes must have ended."""
        self._ending.set()
        for thread in self._threads:
            thread.join()
        os.close(self._listener)
        self._thread.shutdown()

    def _hear(self) -> None:
        while not self._ending.is_set():
            if select.select([self._listener], [], [], _LOOK_S)[0]:
                call = bytearray(80)
                with suppress(FileNotFoundError):  # who asked was killed meanwhile
                    fcntl.ioctl(self._listener, _RECEIVE, call)
                    self._waiting.put(struct.unpack_from("=Q", call)[0])

    def _move(self) -> None:
        while not self._ending.is_set():
            with suppress(Empty):
                number = self._waiting.get(timeout=_LOOK_S)
                self.syncs += 1
                time.sleep(self.seconds)
                answer = struct.pack("=QqiI", number, 0, -self.error, 0 if self.error else _GO_ON)
                with suppress(FileNotFoundError):
                    fcntl.ioctl(self._listener, _SEND, answer)


def _listener() -> int:
    """Takes the filter for this thread and all it starts; the descriptor on which the calls are told."""
    machine = platform.machine()
    if machine not in _SECCOMP:
        raise OSError(f"no filter is known for {machine}")
    one, other = _SYNCS[machine]
    lines = (
        (_LOAD, 0, 0, _NUMBER),
        (_EQUAL, 2, 0, one),
        (_EQUAL, 1, 0, other),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _TELL),
    )
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in lines))
    program = _Program(len(lines), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "new privileges cannot be given up")
    descriptor = libc.syscall(_SECCOMP[machine], _SET_MODE_FILTER, _NEW_LISTENER | _NO_SIGNALS, ctypes.byref(program))
    if descriptor < 0:
        raise OSError(ctypes.get_errno(), "the kernel tells of no system calls")
    return int(descriptor)
