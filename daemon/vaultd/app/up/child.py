"""A process that `vvault up` keeps running: started until ready, started again when it dies, ended in order."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import trio

from vaultipc.errors import EXIT_BUG, UserError

RESTARTS = 3
WITHIN_S = 60.0
TAIL_BYTES = 4000
TAIL_LINES = 8
LOG_BYTES = 1 << 20
"""A log longer than this starts afresh with the next run."""
_LINE = 4096
"""A line no longer than this is written, and so read, at once: PIPE_BUF in pipe(7)."""
_SENTENCE = "vvault: "
"""How every program of ours begins to tell a mistake of the user's."""
_NO_REASON = re.compile(r"\d{4}-\d\d-\d\d [\d:,]+ (DEBUG|INFO|WARNING) ")
"""How a line of the log begins that does not say why its process ended."""


class ChildFailed(UserError):
    """A child ended when it should not have. A mistake of the user's is told in the child's own sentence and hint; of
    everything else the message holds the last errors that were said."""

    def __init__(self, name: str, code: int, said: str) -> None:
        how = f"was killed (signal {-code})" if code < 0 else f"ended with exit code {code}"
        message, hint = f"The {name} {how}." + (f"\n{said}" if said else ""), ""
        sentence = said.rpartition(_SENTENCE)[2].splitlines() if _SENTENCE in said else []
        if sentence and 0 < code < EXIT_BUG:
            message = f"The {name} could not start: {sentence[0]}"
            hint = " ".join(line.strip() for line in sentence[1:])
        super().__init__(message, hint=hint)
        self.exit_code = code if code > 0 else EXIT_BUG


class Child:
    """`command` must take `--ready-fd N`, to which it writes a line once it is ready, and `--until-fd N`, and end when
    nobody holds its other end any more: we do, however we end. `log` gets what it says; None: our stderr.

    It is its own process group: Ctrl-C reaches only us, and we end the children one after the other.
    """

    def __init__(self, name: str, command: Sequence[str | bytes], log: Path | None, patience_s: float) -> None:
        self.name = name
        self._command = command
        self._log = log
        self._patience_s = patience_s
        self._process: trio.Process | None = None
        self._lifeline: int | None = None
        self._was_ready = False
        self._said_before = 0
        self.last_words = ""
        """What it had to tell the person while it was ended, if anything."""
        self.told = ""
        """What it told, beyond that it is ready."""

    @property
    def crashed(self) -> bool:
        """Whether it did its work once, and then did not end well."""
        return self._was_ready and self._process is not None and self._process.returncode != 0

    async def start(self) -> None:
        """Start it and wait until it is ready. Raises ChildFailed if it ends before."""
        reading, writing = os.pipe()
        async with trio.lowlevel.FdStream(reading) as ready:
            try:
                self._process = await self._spawn(writing)
            finally:
                os.close(writing)
            heard = await ready.receive_some(_LINE)
            if not heard:
                raise ChildFailed(self.name, await self._process.wait(), self._errors())
            self.told = heard.decode().removeprefix("ready").strip()
            self._was_ready = True

    async def ended(self) -> int:
        """Wait until it ends; its exit code."""
        assert self._process is not None
        return await self._process.wait()

    async def stop(self) -> None:
        """End it with SIGTERM, or if it does not listen, with SIGKILL."""
        process = self._process
        if process is not None and process.returncode is None:
            await self._end(process)
        self._hold(None)

    async def _end(self, process: trio.Process) -> None:
        self._said_before += len(self._said())
        process.terminate()
        with trio.move_on_after(self._patience_s) as patience:
            await process.wait()
        if patience.cancelled_caught:
            process.kill()
            await process.wait()
        self.last_words = self._errors().removeprefix(_SENTENCE)

    async def keep(self, tell: Callable[[str], None]) -> None:
        """Start it again whenever it dies; ChildFailed if it dies too often. Returns when it ended by itself, well."""
        deaths: list[float] = []
        while code := await self.ended():
            deaths = [moment for moment in deaths if trio.current_time() - moment < WITHIN_S] + [trio.current_time()]
            failed = ChildFailed(self.name, code, self._errors())
            if len(deaths) > RESTARTS:
                raise failed
            tell(failed.message + ("\n" if "\n" in failed.message else " ") + "It is started again.")
            await trio.sleep(len(deaths) - 1)
            await self.start()

    def _hold(self, lifeline: int | None) -> None:
        """Hold this, and not what was held for a process that has ended."""
        if self._lifeline is not None:
            os.close(self._lifeline)
        self._lifeline = lifeline

    async def _spawn(self, ready_fd: int) -> trio.Process:
        # Not the kernel's PR_SET_PDEATHSIG, which counts the thread that starts a process for its parent.
        until_fd, lifeline = os.pipe()
        self._hold(lifeline)
        try:
            return await self._spawn_with(ready_fd, until_fd)
        finally:
            os.close(until_fd)

    async def _spawn_with(self, ready_fd: int, until_fd: int) -> trio.Process:
        command = [*self._command, "--ready-fd", str(ready_fd), "--until-fd", str(until_fd)]
        log = None if self._log is None else self._open_log(self._log)
        try:
            return await trio.lowlevel.open_process(
                command,
                pass_fds=(ready_fd, until_fd),
                stdin=subprocess.DEVNULL,
                stdout=log if log is not None else subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
            )
        finally:
            if log is not None:
                os.close(log)

    def _open_log(self, path: Path) -> int:
        """Appended to, as another run may be writing it."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_APPEND, 0o600)
        if os.fstat(log).st_size > LOG_BYTES:
            os.ftruncate(log, 0)
        self._said_before = os.fstat(log).st_size
        return log

    def _said(self) -> bytes:
        """Its log since it was started."""
        return b"" if self._log is None else self._log.read_bytes()[self._said_before :]

    def _errors(self) -> str:
        """The last lines of its log since it was started, but for those that tell of no error."""
        said = self._said()
        lines = said[-TAIL_BYTES:].decode(errors="replace").splitlines()
        whole = lines[1:] if len(said) > TAIL_BYTES else lines
        return "\n".join([line for line in whole if not _NO_REASON.match(line)][-TAIL_LINES:])


@asynccontextmanager
async def running(child: Child) -> AsyncIterator[Child]:
    """A child that is ready inside and has ended outside, whatever happens."""
    try:
        await child.start()
        yield child
    finally:
        with trio.CancelScope(shield=True):
            await child.stop()
