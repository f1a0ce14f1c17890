#!/usr/bin/env python3
"""How many files of picture generators are read right, by this extractor and by libraries for the same purpose.

    python -m benchmarks.prompts [--sd-parsers PYTHON] [--sd-prompt-reader PYTHON] [--json FILE]

The files are those of tests/support/prompt_writers, made after each program's public source; what is a reconstruction
says so in its name. They are small, and come from the same hands as this extractor, so its own share says only that
nothing is broken; the others' shares say which ways of writing they know. Right: the prompt came out, but for white
space and commas, as libraries join several texts in their own ways. For ours alone, a second row counts files of which
every field is right. A library is read in the environment of the Python that is given (`pip install sd-parsers`,
`pip install sd-prompt-reader`); without one its row says "not installed". A file that it takes longer than two seconds
for is taken from it, and does not count in its speed.

Files a second are of processor time, each read from its path. What is hidden in pixels is looked for in all of them by
the libraries; by ours where the file's metadata says nothing, in the decoded picture, and decoding counts.
The last rows tell what it takes of ingest (benchmarks/prompts_share.py).
Rows are `name value unit rival ratio`.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
from msgspec.structs import replace
from PIL import Image
from prompts_share import shares

from rows import Row, report
from support.prompt_writers import CASES, Case
from vaultd.prompts import Generation, of_file, of_pixels

ROUNDS = 3
READER = Path(__file__).with_name("prompt_readers.py")
OURS = "vaultd.prompts"


@dataclass(frozen=True)
class Read:
    """The prompt of each file that one program found, and how many it read in a second."""

    prompts: Mapping[str, str]
    speed: float
    endless: int = 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sd-parsers", metavar="PYTHON")
    parser.add_argument("--sd-prompt-reader", metavar="PYTHON")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as kept:
        files = written(Path(kept))
        ours, found = by_ours(files)
        others = {"sd-parsers": options.sd_parsers, "sd-prompt-reader": options.sd_prompt_reader}
        read = {name: by_library(name, python, files) for name, python in others.items()}
        rows = [*totals(files, found, ours, read), *by_program(files, ours, read), *shares(Path(kept))]
        report(rows, options.json)
    return 0


def written(folder: Path) -> dict[Path, Case]:
    """Every case as a file."""
    files = {folder / f"{number:03d}.{case.kind}": case for number, case in enumerate(CASES)}
    for path, case in files.items():
        path.write_bytes(case.content)
    return files


def by_ours(files: Mapping[Path, Case]) -> tuple[Read, dict[Path, Generation | None]]:
    """What we read, and how fast."""
    found = {path: ours(path) for path in files}
    began = time.process_time()
    for _ in range(ROUNDS):
        for path in files:
            ours(path)
    speed = ROUNDS * len(files) / (time.process_time() - began)
    return Read({path.name: said.prompt for path, said in found.items() if said}, speed), found


def ours(path: Path) -> Generation | None:
    """The metadata, and where it says nothing the pixels."""
    with path.open("rb") as file:
        said = of_file(file)
    if said is not None:
        return said
    with Image.open(path) as image:
        return of_pixels(np.asarray(image))


def by_library(name: str, python: str | None, files: Mapping[Path, Case]) -> Read | None:
    """What a library reads in its own environment; None if that is not given or does not have it."""
    if python is None:
        return None
    command = [python, str(READER), name, str(ROUNDS), *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stderr.strip().rpartition("\n")[2], file=sys.stderr)
        return None
    said = json.loads(done.stdout.splitlines()[-1])
    return Read(said["prompts"], said["speed"], said["endless"])


def right(read: Read, path: Path, case: Case) -> bool:
    return bare(read.prompts.get(path.name, "")) == bare(case.said.prompt)


def bare(prompt: str) -> str:
    """Without what libraries join texts by."""
    return re.sub(r"[\s,]+", "", prompt)


def totals(
    files: Mapping[Path, Case],
    found: Mapping[Path, Generation | None],
    ours: Read,
    read: Mapping[str, Read | None],
) -> Iterator[Row]:
    """Rows of the whole."""
    total = f"of {len(files)} files"
    count = sum(right(ours, *each) for each in files.items())
    yield Row(f"prompts right, {OURS}", count, total)
    whole = sum(
        said is not None and replace(said, raw="", workflow="") == files[path].said for path, said in found.items()
    )
    yield Row(f"every field right, {OURS}", whole, total)
    for name, other in read.items():
        if other is None:
            yield Row(f"prompts right, {name}", 0, f"not installed (--{name} PYTHON)")
            continue
        theirs = [each for each in files.items() if right(other, *each)]
        yield Row(f"prompts right, {name}", len(theirs), total, f"{OURS} {count}", len(theirs) / count)
        missed = sum(not right(ours, *each) for each in theirs)
        yield Row(f"prompts right, {name} and not {OURS}", missed, total)
        yield Row(f"without end, {name}", other.endless, total)
    yield Row(f"speed, {OURS}", ours.speed, "files/s")
    for name, other in read.items():
        if other is not None:
            yield Row(f"speed, {name}", other.speed, "files/s", f"{OURS} {ours.speed:.0f}", other.speed / ours.speed)


def by_program(files: Mapping[Path, Case], ours: Read, read: Mapping[str, Read | None]) -> Iterator[Row]:
    """A row for each program that writes."""
    installed = {name: other for name, other in read.items() if other is not None}
    for program in dict.fromkeys(case.said.generator for case in files.values()):
        its = {path: case for path, case in files.items() if case.said.generator == program}
        rival = ", ".join(
            f"{name} {sum(right(other, *each) for each in its.items())}" for name, other in installed.items()
        )
        count = sum(right(ours, *each) for each in its.items())
        yield Row(f"prompts right, {program}", count, f"of {len(its)} files", rival or "none")


if __name__ == "__main__":
    sys.exit(main())
