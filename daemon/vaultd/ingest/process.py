"""One worker process, seen from the daemon."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import trio

from vaultd.catalog.models import Model
from vaultd.worker import framing
from vaultd.worker.limits import STARVED
from vaultd.worker.messages import Answer, Failed, Kind, Read, Ready, Request, Setup, TellSetup

if TYPE_CHECKING:
    from vaultd.ingest.apart import EncoderProcess

STDERR_KEPT = 2000
START_S = 60
RECYCLED_AFTER = 2000
"""Files. Libraries leak a little with many a picture, and the address space is bounded: an innocent one would fail."""


class WorkerLost(Exception):
    """The worker died, or took too long and was ended. `kind`: crash or timeout; `reason`: a sentence."""

    def __init__(self, kind: Kind, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason


class WorkersUnusable(Exception):
    """No worker can be started: nothing is wrong with the files, but with the program, its model or the machine."""


class Worker:
    """A running worker. Use `start`; `ask` it one thing at a time; end it with `end`.

    `model`: whose vectors it makes, None for none. `tower`: the process that makes them, None if it does so itself.
    """

    def __init__(self, process: trio.Process, stream: trio.SocketStream, model: Model | None) -> None:
        self.model = model
        self.tower: EncoderProcess | None = None
        self._process = process
        self._stream = stream
        self._timeout_s: float = START_S
        self._said: deque[bytes] = deque()
        self._files = 0
        self._ran_short = False
        self.alive = True

    @classmethod
    async def start(
        cls, setup: Setup | TellSetup, nursery: trio.Nursery, model: Model | None, start_s: float = START_S
    ) -> Worker:
        """Starts a process and waits until it is ready, `start_s` at most; `nursery` listens to its standard error.

        Raises WorkersUnusable if it does not become ready.
        """
        ours, theirs = socket.socketpair()
        try:
            process = await _spawn(theirs, [setup.tower] if isinstance(setup, Setup) and setup.tower >= 0 else [])
        except BaseException as error:
            ours.close()
            if isinstance(error, OSError):
                raise WorkersUnusable(f"a worker cannot be started: {error.strerror}") from error
            raise
        finally:
            theirs.close()
        worker = cls(process, trio.SocketStream(trio.socket.from_stdlib_socket(ours)), model)
        worker._timeout_s = start_s
        await worker._listened_to(nursery)
        try:
            answer = await worker.ask(setup)
        except WorkerLost as lost:
            how = f"not ready within {start_s:g} seconds" if lost.kind == "timeout" else worker._how_it_ended()
            raise WorkersUnusable(f"a worker cannot be started: {how}") from lost
        if not isinstance(answer, Ready):
            await worker.end()
            raise WorkersUnusable(answer.reason if isinstance(answer, Failed) else "a worker gave a strange answer")
        worker._timeout_s = setup.timeout_s
        return worker

    @property
    def usable(self) -> bool:
        """Whether it lives, and so does what it needs."""
        return self.alive and (self.tower is None or self.tower.alive)

    @property
    def worn(self) -> bool:
        """Whether another one should take its place: it read many files, or one that took all its memory."""
        return self._ran_short or self._files >= RECYCLED_AFTER

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    async def ask(self, request: Request) -> Answer:
        """Its answer. Raises WorkerLost, after which the worker is gone; so it is if the caller is cancelled."""
        answer = None
        self._files += isinstance(request, Read)
        try:
            if await self._begins_to_answer(framing.pack(request)):
                with trio.move_on_after(self._timeout_s):
                    answer = framing.answer(await self._exactly(framing.length(await self._exactly(framing.HEADER))))
        except (trio.BrokenResourceError, EOFError, framing.BrokenStream):
            await self.end()
            raise WorkerLost("crash", f"reading it ended the worker ({self._how_it_ended()})") from None
        finally:
            if answer is None:
                await self.end()
        if answer is None:
            raise WorkerLost("timeout", f"reading it took longer than {self._timeout_s:g} seconds")
        self._ran_short = self._ran_short or (isinstance(answer, Failed) and answer.kind == "memory")
        return answer

    async def _begins_to_answer(self, request: bytes) -> bool:
        """Sends it and waits for the answer. Whether one comes in time, of which what it waits for a processor counts
        as none, up to STARVED times as much: on a busy machine that is no fault of the picture."""
        began, waited = trio.current_time(), self._waited_s()
        with trio.move_on_after(self._timeout_s):
            await self._stream.send_all(request)
        patience = self._timeout_s
        while patience > trio.current_time() - began:
            with trio.move_on_at(began + patience):
                await trio.lowlevel.wait_readable(self._stream.socket)
                return True
            patience = self._timeout_s + min(self._waited_s() - waited, (STARVED - 1) * self._timeout_s)
        return False

    def _waited_s(self) -> float:
        """How long it has been ready to run while others ran (sched-stats in the kernel's documentation); 0 where the
        kernel does not count that, or it is gone."""
        try:
            return int(Path(f"/proc/{self.pid}/schedstat").read_bytes().split()[1]) / 1e9
        except OSError:
            return 0.0

    async def _exactly(self, count: int) -> bytes:
        parts = bytearray()
        while len(parts) < count:
            part = await self._stream.receive_some(count - len(parts))
            if not part:
                raise EOFError
            parts += part
        return bytes(parts)

    async def end(self) -> None:
        """Ends the process at once; what it was doing is lost. May be called twice."""
        self.alive = False
        with trio.CancelScope(shield=True):
            await trio.aclose_forcefully(self._stream)
            with suppress(ProcessLookupError):
                # A crashing worker hung up by itself: let it finish, so that its own signal is known.
                with trio.move_on_after(0.2):
                    await self._process.wait()
                self._process.kill()
            await self._process.wait()

    def _how_it_ended(self) -> str:
        status = self._process.returncode or 0
        last = b"".join(self._said).decode("utf-8", "replace").strip().splitlines()[-1:]
        if status < 0:
            return ", ".join([f"signal {signal.Signals(-status).name}", *last])
        return ", ".join([f"exit status {status}", *last])

    async def _listened_to(self, nursery: trio.Nursery) -> None:
        """Begins to listen, or ends the process where everything ended while it was started."""
        try:
            await trio.lowlevel.checkpoint_if_cancelled()
            nursery.start_soon(self._listen)
        except BaseException as ending:
            await self.end()
            if self._process.stderr is not None:
                await trio.aclose_forcefully(self._process.stderr)
            if isinstance(ending, RuntimeError):  # trio's, of a nursery that is closed
                raise WorkersUnusable("the workers were ended") from ending
            raise

    async def _listen(self) -> None:
        """Keeps the end of what it writes to standard error, and never lets it wait for a reader."""
        stderr = self._process.stderr
        if stderr is None:
            return
        async with stderr:
            with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
                async for part in stderr:
                    self._said.append(bytes(part[-STDERR_KEPT:]))
                    while len(self._said) > 1 and sum(map(len, self._said)) > STDERR_KEPT:
                        self._said.popleft()


async def _spawn(connection: socket.socket, inherited: list[int]) -> trio.Process:
    return await trio.lowlevel.open_process(
        [sys.executable, "-P", "-m", "vaultd.worker"],
        stdin=connection.fileno(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        pass_fds=inherited,
        # One malloc arena a thread would map far more than is used, and the address space is bounded.
        env={**os.environ, "MALLOC_ARENA_MAX": "2", "OMP_NUM_THREADS": "1"},
    )
