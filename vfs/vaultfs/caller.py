"""Who asks: the process behind a gesture, so that everything it does within seconds is one action to undo."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_START_TIME = 19
"""Index of `starttime` among the fields after the command's closing parenthesis: proc(5), /proc/PID/stat, field 22."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A process as the kernel names it; pid 0 if it lives in a PID namespace that we do not see."""

    pid: int

    def group(self) -> str:
        """Return `pid-starttime`: unlike the pid alone never used twice. Empty if the process is not to be seen."""
        try:
            stat = Path(f"/proc/{self.pid}/stat").read_bytes()
        except OSError:
            return ""
        started = stat[stat.rfind(b")") + 2 :].split()[_START_TIME].decode()
        return f"{self.pid}-{started}"
