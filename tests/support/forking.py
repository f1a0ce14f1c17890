"""`vvault …` in a process of its own that need not be loaded first.

Half of what a short command takes is Python starting and importing, and a run of all tests gives thousands of them. So
one process loads the program once; each command is a fork of it that takes over the words, the environment, the folder
and the outputs, and goes on as the program does. Daemons, mounts and the web server are always started from the file.

    run([b"status", b"--json"], environ, folder, timeout=60)

What is asked for comes as one message over a socket (SOCK_SEQPACKET) with three descriptors: stdout, stderr, and the
pipe in which the process id and later the exit code are written, a line each.
"""

from __future__ import annotations

import atexit
import functools
import gc
import json
import os
import select
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

_READ_AT_START = ("PYTHON", "LD_", "LC_", "MALLOC_")
"""Variables that a process looks at while it starts: who sets one needs a new process."""
_LARGEST = 200_000


def fits(environ: Mapping[str, str]) -> bool:
    """Whether a command with this environment does the same in a fork as in a new process."""
    return environ.get("LANG") == "C.UTF-8" and not any(name.startswith(_READ_AT_START) for name in environ)


def run(
    words: Sequence[bytes], environ: Mapping[str, str], folder: Path, timeout: float
) -> subprocess.CompletedProcess[str]:
    """As `subprocess.run(["vvault", *words])` does it; subprocess.TimeoutExpired after so many seconds."""
    asked = json.dumps([[os.fsdecode(word) for word in words], dict(environ), str(folder)]).encode()
    with ExitStack() as stack:
        said, complained = (stack.enter_context(tempfile.TemporaryFile()) for _ in range(2))
        told, tell = os.pipe()
        stack.callback(os.close, told)
        try:
            socket.send_fds(_server(), [asked], [said.fileno(), complained.fileno(), tell])
        finally:
            os.close(tell)
        pid, code = _ending(told, timeout)
        if code is None:
            os.kill(pid, signal.SIGKILL)
            raise subprocess.TimeoutExpired(list(words), timeout)
        said.seek(0)
        complained.seek(0)
        return subprocess.CompletedProcess(list(words), code, said.read().decode(), complained.read().decode())


def _ending(told: int, timeout: float) -> tuple[int, int | None]:
    """The process id, and the exit code if the process ends in time."""
    deadline, heard = time.monotonic() + timeout, b""
    while heard.count(b"\n") < 2:
        if not select.select([told], [], [], max(0.0, deadline - time.monotonic()))[0]:
            return int(heard), None
        more = os.read(told, 64)
        assert more, "the process that commands are forked from has ended"
        heard += more
    pid, code = map(int, heard.split())
    return pid, code


@functools.cache
def _server() -> socket.socket:
    """The socket of the loaded process, started when it is first needed; it ends when ours is closed."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    # Without TMPDIR: it belongs to the whole run, and is nothing that a test left behind.
    environ = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    with theirs:
        command = [sys.executable, "-P", __file__, str(theirs.fileno())]
        process = subprocess.Popen(
            command, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, pass_fds=[theirs.fileno()]
        )
    atexit.register(process.wait)
    atexit.register(ours.close)  # the first to be called
    return ours


def _serve(asking: socket.socket) -> bool:
    """Until nobody asks any more. Returns True in the fork that is to be a command."""
    with selectors.DefaultSelector() as waiting:
        waiting.register(asking, selectors.EVENT_READ)
        while True:
            for key, _ in waiting.select():
                if key.fileobj is not asking:
                    waiting.unregister(key.fileobj)
                    _tell_the_end(key.fd, *key.data)
                    continue
                asked, descriptors, _, _ = socket.recv_fds(asking, _LARGEST, 3)
                if not asked:
                    return False
                *outputs, tell = descriptors
                pid = os.fork()
                if not pid:
                    os.close(tell)
                    _become(outputs, *json.loads(asked))
                    return True
                for descriptor in outputs:
                    os.close(descriptor)
                os.write(tell, b"%d\n" % pid)
                waiting.register(os.pidfd_open(pid), selectors.EVENT_READ, (pid, tell))


def _tell_the_end(watched: int, pid: int, tell: int) -> None:
    _, status = os.waitpid(pid, 0)
    os.close(watched)
    with suppress(BrokenPipeError):  # who asked has not waited for it
        os.write(tell, b"%d\n" % os.waitstatus_to_exitcode(status))
    os.close(tell)


def _become(outputs: list[int], words: list[str], environ: dict[str, str], folder: str) -> None:
    for place, descriptor in enumerate(outputs, 1):
        os.dup2(descriptor, place)
        os.close(descriptor)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    sys.argv = [str(Path(sys.executable).with_name("vvault")), *words]


def main() -> None:
    """The loaded process, and each command forked from it."""
    from vaultd.cli import __main__ as command  # all that most commands need

    gc.freeze()  # what was loaded need not be looked through again
    with socket.socket(fileno=int(sys.argv[1])) as asking:
        is_command = _serve(asking)
    if is_command:
        command.main()


if __name__ == "__main__":
    main()
