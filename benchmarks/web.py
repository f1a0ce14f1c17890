#!/usr/bin/env python3
"""How quick the gallery and its REST interface are with a large library, beside nginx sending the same bytes.

    benchmarks/web.py [--count 100k] [--minutes 10] [--only requests,browser] [--work FOLDER] [--json FILE] [--quick]

A library is invented (invented.py) and a small picture planted for each of its pictures where the daemon keeps those it
made, so that a wall of all of them can be scrolled. *requests*: as many as six connections can ask, by wrk, of one
process of ours and of nginx with one worker that sends the same bodies from files; a `ratio` above 1 is more than
nginx. *browser*: Debian's Chromium without a window opens the gallery, scrolls it and jumps to its end; beside it a
still page of nginx that shows forty pictures of the same size. wrk, nginx and chromium are Debian's packages; what is
missing is left out, and said. Nothing of the user's is touched; `--work` keeps the library for the next run.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import asked_at_once
import wall
from mount import invent
from planted_previews import plant
from search import is_at_rest, is_searchable, number_of, until

from rows import Row, report
from support.vault import RunningVault
from support.web import Web

NEEDS = {"requests": ("wrk", "nginx"), "browser": ("nginx", "chromium")}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", default="100k", help="how many pictures, as in 10k")
    parser.add_argument("--minutes", type=float, default=10, help="how long it is scrolled before memory is looked at")
    parser.add_argument("--only", default=",".join(NEEDS), help="what is measured")
    parser.add_argument("--work", type=Path, help="where the library is made and kept; by default it goes")
    parser.add_argument(
        "--quick", action="store_true", help="2,000 pictures: a check that it works, no figure to quote"
    )
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    count, minutes = (2000, 0.1) if options.quick else (number_of(options.count), options.minutes)
    with tempfile.TemporaryDirectory(prefix="vv-") as scratch:
        os.environ["TMPDIR"] = tempfile.tempdir = scratch
        work = options.work.absolute() if options.work else Path(scratch)
        report(rows(work / f"web-{count}", count, options.only.split(","), minutes), options.json)
    return 0


def rows(folder: Path, count: int, wanted: list[str], minutes: float) -> Iterator[Row]:
    """What is measured of a library, which is made in `folder` if it is not there."""
    is_made = folder.exists()
    with RunningVault(folder) as vault:
        vault.environ["VVAULT_INGEST_PREVIEWS_MB"] = "1000000"  # each of the names counts
        if not is_made:
            invent(vault, count)
        plant(vault)
        vault.start()
        until(lambda: is_searchable(vault))
        until(lambda: is_at_rest(vault))
        with Web(vault) as web:
            for part in wanted:
                missing = [program for program in NEEDS[part] if shutil.which(program) is None]
                if missing:
                    sys.stderr.write(f"{part} are left out: {', '.join(missing)} is not installed\n")
                elif part == "requests":
                    yield from asked_at_once.rows(web, folder / "nginx")
                else:
                    yield from wall.rows(web, folder / "nginx", minutes)


if __name__ == "__main__":
    sys.exit(main())
