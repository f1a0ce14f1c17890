"""The process that runs the image tower on an accelerator for all workers, seen from the daemon."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
from typing import Self

import msgspec
import trio

from vaultd.domain.memory import resident_bytes
from vaultd.ingest.process import WorkersUnusable
from vaultd.models.engines import Wanted
from vaultd.worker.apart import Opened
from vaultd.worker.messages import Setup

logger = logging.getLogger(__name__)

START_S = 180
"""Importing torch and waking a device can take minutes on a cold disk."""
LONGEST_ANSWER = 65536
MIB = 1 << 20


class EncoderProcess:
    """Use `start`; give each worker what `connect` returns; end it with `end`."""

    def __init__(self, process: trio.Process, control: socket.socket, opened: Opened, most_mb: int) -> None:
        self.opened = opened
        self.used_at = trio.current_time()
        self._process = process
        self._control = control
        self._most_bytes = resident_bytes(process.pid) + most_mb * MIB

    @classmethod
    async def start(cls, setup: Setup, engine: Wanted, threads: int) -> Self:
        """Starts it for the pack of `setup` and waits for the tower. Raises WorkersUnusable."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with theirs:
                process = await _spawn(theirs, setup, engine, threads)
        except BaseException as error:
            ours.close()
            if isinstance(error, OSError):
                raise WorkersUnusable(f"the process for the model cannot be started: {error.strerror}") from error
            raise
        opened = Opened(problem="the process for the model did not start")
        try:
            with trio.move_on_after(START_S):
                opened = await _first_packet(ours)
        finally:
            if opened.problem:
                ours.close()
                await _end(process)
        if opened.problem:
            raise WorkersUnusable(opened.problem)
        return cls(process, ours, opened, setup.memory_mb)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it can be given more workers."""
        return self._process.poll() is None

    def connect(self) -> socket.socket:
        """A new connection to the tower, for a worker to inherit. Raises WorkersUnusable if the process ended."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(self._control, [b"+"], [theirs.fileno()])
            except OSError as error:
                ours.close()
                raise WorkersUnusable("the process for the model ended") from error
        return ours

    def is_too_large(self) -> bool:
        """Whether it holds more memory than the loaded tower and what one batch may take."""
        return self.alive and resident_bytes(self.pid) > self._most_bytes

    async def end(self) -> None:
        """Ends it at once; workers that wait for it are lost. May be called twice."""
        self._control.close()
        await _end(self._process)


class Towers:
    """One `EncoderProcess` for each pack that workers see with, where the engine asks for processes of their own."""

    def __init__(self, engine: Wanted, threads: int) -> None:
        self.opened = Opened(engine=engine, note="It starts with the first picture.")
        """What the newest of them says of itself."""
        self._engine = engine
        self._threads = threads
        self._processes: dict[bytes, EncoderProcess] = {}
        self._turn = trio.Lock()

    async def get(self, setup: Setup) -> EncoderProcess:
        """The process for the pack of `setup`, started if there is none. Raises WorkersUnusable."""
        async with self._turn:
            process = self._processes.get(setup.pack)
            if process is None or not process.alive:
                if process is not None:
                    await process.end()
                process = await EncoderProcess.start(setup, self._engine, self._threads)
                self._processes[setup.pack] = process
                self.opened = process.opened
                if process.opened.note:
                    logger.warning("%s Pictures go through ONNX Runtime on the processor.", process.opened.note)
            process.used_at = trio.current_time()
            return process

    async def end_unneeded(self, needed: set[EncoderProcess | None], since: float) -> None:
        """Ends those that no worker needed since then, and those that take more memory than they should."""
        for pack, process in list(self._processes.items()):
            if process.is_too_large():
                logger.error("the process for the model took too much memory and is ended; it will be started anew")
            elif process in needed or process.used_at > since:
                continue
            del self._processes[pack]
            await process.end()

    async def end(self) -> None:
        """Ends all of them."""
        for process in self._processes.values():
            await process.end()
        self._processes.clear()


async def _first_packet(control: socket.socket) -> Opened:
    """What the process says of itself; a problem if it ends before."""
    control.setblocking(False)
    await trio.lowlevel.wait_readable(control)
    packet = control.recv(LONGEST_ANSWER)
    return msgspec.json.decode(packet, type=Opened) if packet else Opened(problem="the process for the model ended")


async def _end(process: trio.Process) -> None:
    with trio.CancelScope(shield=True):
        if process.poll() is None:
            process.kill()
        await process.wait()


async def _spawn(control: socket.socket, setup: Setup, engine: Wanted, threads: int) -> trio.Process:
    return await trio.lowlevel.open_process(
        [
            *(sys.executable, "-P", "-m", "vaultd.worker.apart", os.fsdecode(setup.pack)),
            *(engine, str(threads), str(setup.timeout_s), str(setup.niceness)),
        ],
        stdin=control.fileno(),
        stdout=subprocess.DEVNULL,
    )
