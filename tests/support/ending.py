"""The end of a process that was told to end."""

from __future__ import annotations

import subprocess
from typing import Any


def wait_or_kill(process: subprocess.Popen[Any], patience_s: float) -> None:
    """Wait for the process, and kill it if it has not ended after so long."""
    try:
        process.wait(patience_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
