"""What a process costs."""

from __future__ import annotations

import os
from pathlib import Path


def processor_s(pid: int) -> float:
    """Seconds of processor time of a process since it began, all its threads together (proc(5)). Raises OSError."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
