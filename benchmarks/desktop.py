"""A desktop that nobody sees: an X server in memory, a session bus, a window manager, and keys pressed by a program."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Self

NEEDED = ("Xvfb", "dbus-daemon", "openbox", "xdotool", "scrot")
"""The programs it is made of: Debian's packages xvfb, dbus, openbox, xdotool, scrot."""

SIZE = (1100, 760)


def missing() -> list[str]:
    """Return the programs that are not installed."""
    return [program for program in NEEDED if shutil.which(program) is None]


class Desktop:
    """The desktop of one person, whose environment is `environ`. Everything in it ends with `close`.

    A person who is root gets a user of their own inside: file managers warn root, and do without some of their parts.
    """

    def __init__(self, environ: dict[str, str], logs: Path) -> None:
        self._logs = logs
        self._processes: list[subprocess.Popen[bytes]] = []
        self._as_user = [*_NOT_ROOT, "--"] if os.getuid() == 0 else []
        number, told = os.pipe()
        width, height = SIZE
        screen = f"{width}x{height}x24"
        self.spawn_with(environ, "Xvfb", "-displayfd", told, "-screen", 0, screen, "-nolisten", "tcp", pass_fd=told)
        os.close(told)
        with os.fdopen(number) as answer:
            display = answer.readline().strip()
        bus = f"unix:path={environ['XDG_RUNTIME_DIR']}/bus"
        self.environ = environ | {
            "DISPLAY": f":{display}",
            "DBUS_SESSION_BUS_ADDRESS": bus,
            "NO_AT_BRIDGE": "1",
            "GTK_OVERLAY_SCROLLING": "0",
            "GSK_RENDERER": "cairo",  # OpenGL without a graphics card takes seconds for a window
            "XDG_CURRENT_DESKTOP": "GNOME",
        }
        self.spawn("dbus-daemon", "--session", "--nofork", f"--address={bus}")
        self.spawn("openbox")
        time.sleep(1)

    # ---- programs ----------------------------------------------------------------------------------------------

    def spawn(self, *command: object) -> subprocess.Popen[bytes]:
        """Start a program on the desktop; what it says goes to the logs."""
        return self.spawn_with(self.environ, *command)

    def spawn_with(
        self, environ: dict[str, str], *command: object, pass_fd: int | None = None
    ) -> subprocess.Popen[bytes]:
        words = [*self._as_user, *map(str, command)]
        with (self._logs / f"{command[0]}.log").open("ab") as log:
            process = subprocess.Popen(
                words,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=() if pass_fd is None else (pass_fd,),
            )
        self._processes.append(process)
        return process

    def run(self, *command: object, timeout: float = 30.0) -> subprocess.CompletedProcess[str]:
        """Run a program to its end."""
        words = [*self._as_user, *map(str, command)]
        return subprocess.run(
            words, env=self.environ, capture_output=True, encoding="utf-8", timeout=timeout, check=False
        )

    def said(self, program: str) -> str:
        """Return what a program that was started here has said so far."""
        return (self._logs / f"{program}.log").read_text(encoding="utf-8", errors="replace")

    # ---- windows and keys --------------------------------------------------------------------------------------

    def windows(self) -> dict[str, str]:
        """Return the titles of the windows that are shown, by their ids."""
        found = self.run("xdotool", "search", "--onlyvisible", "--name", ".").stdout.split()
        titles = {window: self.run("xdotool", "getwindowname", window).stdout.strip() for window in found}
        return {window: title for window, title in titles.items() if title and title != "Openbox"}

    def activate(self, title: str, *, click: bool = False) -> None:
        """Give the focus to the newest window whose title begins so, if there is one. `click`: near its right corner
        below, too, for programs whose folder has no focus before."""
        found = [window for window, shown in self.windows().items() if shown.startswith(title)]
        if not found:
            return
        window = max(found, key=int)
        self.run("xdotool", "windowactivate", "--sync", window, timeout=10)
        if click:
            told = self.run("xdotool", "getwindowgeometry", "--shell", window).stdout.split()
            size = dict(line.split("=") for line in told)
            corner = int(size["WIDTH"]) - 80, int(size["HEIGHT"]) - 80
            self.run("xdotool", "mousemove", "--window", window, *corner, "click", 1)

    def keys(self, *keys: str, pause: float = 0.6) -> None:
        """Press keys, one after the other, in the window that has the focus."""
        for key in keys:
            self.run("xdotool", "key", "--clearmodifiers", key)
            time.sleep(pause)

    def text(self, text: str) -> None:
        """Type a text as fast as people do."""
        self.run("xdotool", "type", "--delay", "80", text, timeout=60)

    def picture(self, file: Path) -> None:
        """Write what is on the screen to a PNG."""
        file.unlink(missing_ok=True)
        self.run("scrot", "--overwrite", file)

    # ---- the end -----------------------------------------------------------------------------------------------

    def close(self) -> None:
        """End all programs that were started here, and those that the bus started for them."""
        for process in reversed(self._processes):
            _ended(process)
        self._processes.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


# A user namespace, in which root's files are that user's own: user_namespaces(7).
_NOT_ROOT = ("unshare", "--user", "--map-user=1000", "--map-group=1000")


def _ended(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
