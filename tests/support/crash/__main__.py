"""python -m support.crash [--cycles N] [--seed S]: runs the matrix, and prints where every kill landed."""

from __future__ import annotations

import argparse
import os
import random
import tempfile
from pathlib import Path

from support.crash.matrix import Matrix
from support.crash.phases import PHASES


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cycles", type=int, default=30)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vv") as folder:
        os.environ["TMPDIR"] = folder
        matrix = Matrix(Path(folder), asked.seed, lambda line: print(line, flush=True))
        print(f"seed {asked.seed}")
        try:
            hits = matrix.run(asked.cycles)
        finally:
            matrix.close()
    for phase in (*PHASES, "at rest"):
        print(f"{phase:14} {hits[phase]:5}")


if __name__ == "__main__":
    main()
