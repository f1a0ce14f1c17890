"""A whole vault in a home of its own: the real `vvault`, real processes, a real mount. Everything ends with `close`.

    with RunningVault(folder) as vault:
        shutil.copytree(pictures, vault.pictures, dirs_exist_ok=True)
        vault.start()
        vault.call("add", vault.pictures)
        vault.settle()
        assert vault.call("search", "red car")["total"]
        vault.mount()
        assert vault.listing("search/red car")

Tests get one as the fixture `vault`.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from support import forking, leftovers
from support.ending import wait_or_kill
from support.processlogs import LOGS

VVAULT = Path(sys.executable).with_name("vvault")
PATIENCE_S = 60.0


class CommandFailed(AssertionError):
    """A command ended with another exit code than the test expected."""


def eventually(holds: Callable[[], object], what: str, patience_s: float = PATIENCE_S) -> None:
    """Waits until `holds()` is true; AssertionError naming `what` if it does not become so."""
    deadline = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < deadline, f"not within {patience_s:g} s: {what}"
        time.sleep(0.02)


class RunningVault:
    """One person's machine: `home` with the XDG folders in it, `pictures`, `mountpoint`, and the processes started.

    `folder` must have a short path, as the socket lies below it. `environ` is the whole environment of every process;
    tests may add to it before they start one. `program` is what runs in the background: the real `vvault`.
    """

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.runtime = folder / "run"
        self.pictures = self.home / "Pictures"
        self.mountpoint = self.home / "vault"
        self.data = self.home / ".local/share/visionary-vault"
        self.socket = self.runtime / "visionary-vault" / "vault.sock"
        self.logs = folder / "logs"
        for made in (self.pictures, self.runtime, self.logs):
            made.mkdir(parents=True, exist_ok=True)
        self.runtime.chmod(0o700)
        self.environ = {
            "PATH": f"{VVAULT.parent}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.home),
            "XDG_DATA_HOME": str(self.home / ".local/share"),
            "XDG_CONFIG_HOME": str(self.home / ".config"),
            "XDG_CACHE_HOME": str(self.home / ".cache"),
            "XDG_STATE_HOME": str(self.home / ".local/state"),
            "XDG_RUNTIME_DIR": str(self.runtime),
            "TMPDIR": os.environ["TMPDIR"],
            "LANG": "C.UTF-8",
            # Making the vectors of all its words takes seconds that few tests want to spend.
            "VVAULT_AUTOTAGS_ENABLED": "false",
        }
        self.program: list[str | Path] = [VVAULT]
        self.daemon: subprocess.Popen[bytes] | None = None
        self.mounter: subprocess.Popen[bytes] | None = None

    # ---- processes -------------------------------------------------------------------------------------------

    def start(self, *arguments: str) -> None:
        """Starts the daemon and returns once it answers."""
        ready, report = os.pipe()
        try:
            self.daemon = self.spawn("daemon", "--ready-fd", str(report), *arguments, pass_fds=(report,))
            os.close(report)
            heard = select.select([ready], [], [], PATIENCE_S)[0] and os.read(ready, 64)
        finally:
            os.close(ready)
        assert heard, f"the daemon did not get ready:\n{self.log('daemon')}"

    def mount(self, *arguments: str) -> None:
        """Mounts the vault at `mountpoint` and returns once the kernel lists it."""
        self.mounter = self.spawn("mount", str(self.mountpoint), *arguments)
        mounter = self.mounter
        eventually(lambda: self.is_mounted() or mounter.poll() is not None, "mounted")
        assert self.is_mounted(), f"the mount ended:\n{self.log('mount')}"

    def spawn(self, command: str, *arguments: str, pass_fds: tuple[int, ...] = ()) -> subprocess.Popen[bytes]:
        """Starts `vvault command …` in the background; its output goes to `log(command)`, and must hold no alarm."""
        LOGS.watch(self, self._log_files)
        with (self.logs / command).open("ab") as log:
            return subprocess.Popen(
                [*self.program, command, *arguments],
                env=self.environ,
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=pass_fds,
            )

    def stop(self) -> int:
        """Ends the daemon as systemd would (SIGTERM); returns its exit code."""
        return _end(self.daemon, signal.SIGTERM)

    def unmount(self) -> int:
        """Ends the mount's process (SIGTERM); returns its exit code."""
        return _end(self.mounter, signal.SIGTERM)

    def kill_daemon(self) -> None:
        """As a power cut would."""
        _end(self.daemon, signal.SIGKILL)

    def kill_mount(self) -> None:
        """kill -9 of the process that serves the mount."""
        _end(self.mounter, signal.SIGKILL)

    def workers(self) -> list[int]:
        """The daemon's worker processes that live now."""
        assert self.daemon is not None
        threads = Path(f"/proc/{self.daemon.pid}/task").glob("*/children")
        return [int(child) for thread in threads for child in _told(thread).split()]

    def workers_with(self, library: str) -> list[int]:
        """Those workers that have a file mapped in whose path this is."""
        return [worker for worker in self.workers() if library in _mapped(worker)]

    def close(self) -> None:
        """Ends and unmounts everything, whatever state it is in."""
        processes = [process for process in (self.mounter, self.daemon) if process is not None]
        for process in processes:
            process.terminate()
        for process in processes:
            wait_or_kill(process, 10)
        for place in leftovers.mounts_below(self.home.parent):
            subprocess.run(["fusermount3", "-uz", place], check=False)
        LOGS.ended(self)

    # ---- what a person does ----------------------------------------------------------------------------------

    def run(self, *arguments: object, timeout: float = PATIENCE_S) -> subprocess.CompletedProcess[str]:
        """`vvault …`, as a person types it."""
        LOGS.watch(self, self._log_files)
        words = [os.fsencode(_word(argument)) for argument in arguments]
        if forking.fits(self.environ):
            done = forking.run(words, self.environ, self.home, timeout)
        else:
            done = subprocess.run(
                [VVAULT, *words],
                env=self.environ,
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                encoding="utf-8",
                timeout=timeout,
                check=False,
            )
        with (self.logs / "commands").open("a") as log:
            log.write(done.stderr)
        return done

    def call(self, *arguments: object, expect: int = 0, timeout: float = PATIENCE_S) -> dict[str, Any]:
        """`vvault … --json`: the one object it prints. CommandFailed unless it ends with the exit code `expect`."""
        done = self.run(*arguments, "--json", timeout=timeout)
        if done.returncode != expect:
            words = " ".join(map(str, arguments))
            raise CommandFailed(f"vvault {words}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        result: dict[str, Any] = json.loads(done.stdout)
        return result

    def settle(self, timeout: float = 180.0) -> dict[str, Any]:
        """Waits until all that is on disk now is searchable or has failed; returns the status."""
        return self.call("wait", "--timeout", f"{timeout:g}", timeout=timeout + PATIENCE_S)

    def listing(self, folder: str) -> list[str]:
        """Names in a folder of the mount."""
        return sorted(os.listdir(self.mountpoint / folder))

    def is_mounted(self) -> bool:
        return self.mountpoint in leftovers.mounts_below(self.mountpoint)

    def _log_files(self) -> list[Path]:
        """Where our processes log, and those that `vvault up` starts."""
        data = Path(self.environ.get("VVAULT_LIBRARY_DATA", self.data))
        return [*self.logs.glob("*"), *data.glob("logs/*.log")]

    def log(self, command: str) -> str:
        path = self.logs / command
        return path.read_text(errors="replace") if path.exists() else ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _mapped(process: int) -> str:
    """The files that a process has mapped."""
    return _told(Path(f"/proc/{process}/maps"))


def _told(about: Path) -> str:
    """What the kernel tells about a process or thread; nothing of one that has ended."""
    try:
        return about.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _end(process: subprocess.Popen[bytes] | None, how: signal.Signals) -> int:
    assert process is not None, "it was never started"
    process.send_signal(how)
    try:
        return process.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise AssertionError(f"process {process.pid} did not end on {how.name}") from None


def _word(argument: object) -> str | bytes:
    return argument if isinstance(argument, bytes) else str(argument)
