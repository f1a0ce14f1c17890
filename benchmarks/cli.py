"""How long a command takes beside the search itself, and what its parts cost to import.

    python benchmarks/cli.py [--quick] [--json FILE]

Prints rows `name value unit rival ratio`; the rival is `python -c pass`, below which no Python program can come. The
daemon is a socket in this process that answers at once, so that nothing of a search is in the figures. Each figure is
the median of many runs, each a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from socket import AF_UNIX, SOCK_STREAM, socket

from rows import Row, report

VVAULT = (sys.executable, "-m", "vaultd.cli")


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure how fast commands start.")
    parser.add_argument("--quick", action="store_true", help="few runs: a check that it works, no figure to quote")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the rows to FILE")
    arguments = parser.parse_args()
    report(measure(5 if arguments.quick else 30), arguments.json)
    return 0


def measure(runs: int) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="vv-") as folder:
        path = str(Path(folder, "s"))
        threading.Thread(target=answer, args=(path,), daemon=True).start()
        while not os.path.exists(path):
            time.sleep(0.01)
        commands = {
            "python": [sys.executable, "-c", "pass"],
            "import-client": [sys.executable, "-c", "import vaultipc.blocking"],
            "help": [*VVAULT, "--help"],
            "search": [*VVAULT, "search", "red car", "--socket", path],
            "search-json": [*VVAULT, "search", "red car", "--json", "--socket", path],
            "config-get": [*VVAULT, "config", "get", "mount.path"],
        }
        medians = {name: median_ms(command, runs) for name, command in commands.items()}
    rival = "python-c-pass"
    return [Row(f"cli.{name}", value, "ms", rival, value / medians["python"]) for name, value in medians.items()]


def median_ms(command: list[str], runs: int) -> float:
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


HIT = {"id": "1", "name": "a.jpg", "path": "/p/a.jpg", "rank": 1, "score": 0.5, "tags": []}
RESULT = {"query": "red car", "total": 100, "took_ms": 0.0, "notes": [], "hits": [HIT] * 100}
ANSWER = json.dumps({"jsonrpc": "2.0", "id": 1, "result": RESULT}).encode() + b"\n"


def answer(path: str) -> None:
    """Answer every line with a hundred hits, one connection after the other, until the process ends."""
    with socket(AF_UNIX, SOCK_STREAM) as listener:
        listener.bind(path)
        listener.listen()
        while True:
            connection, _ = listener.accept()
            with connection:
                while connection.recv(65536):
                    connection.sendall(ANSWER)


if __name__ == "__main__":
    sys.exit(main())
