"""A process that has loaded everything a daemon needs, and forks one on request: starting costs a tenth.

    python -m support.crash.zygote

reads a JSON object a line: `{"environ", "socket", "log", "events"}` forks a daemon and prints its process id; a number
waits for the end of that process and prints how it ended.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from support.crash import phases
from vaultd.app import daemon, logs
from vaultd.config import load


def main() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        if isinstance(order, int):
            _, status = os.waitpid(order, 0)
            told = os.waitstatus_to_exitcode(status)
        else:
            told = os.fork() or _be_daemon(order)
        print(told, flush=True)


def _be_daemon(order: dict[str, Any]) -> int:
    """Never returns: this process is the daemon now."""
    code = 70
    try:
        os.environ.clear()
        os.environ.update(order["environ"])
        log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        null = os.open(os.devnull, os.O_RDWR)
        for source, target in ((null, 0), (log, 1), (log, 2)):
            os.dup2(source, target)
        teller = phases.tell(os.open(order["events"], os.O_WRONLY | os.O_CLOEXEC))
        logs.configure("info")
        Path(order["socket"]).parent.mkdir(mode=0o700, exist_ok=True)
        daemon.run(load(None, os.environ), Path(order["socket"]), lambda: teller.say("ready"))
        code = 0
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
