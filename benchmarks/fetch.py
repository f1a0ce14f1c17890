#!/usr/bin/env python3
"""How many pictures a second are fetched, beside gallery-dl alone, from a site on this machine that answers at once.

    benchmarks/fetch.py [--pictures 500] [--quick] [--json FILE]

Both fetch the same pictures of the same site without a delay between requests: the rival with an archive and notes of
what the site tells, as we ask them of it. Ours ends when every picture has its name in the library.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from rows import Row, report
from support.elsewhere import Elsewhere
from support.vault import RunningVault

PATIENCE_S = 3600.0
NICENESS = 10
"""Of the process that fetches; the rival gets no more of a busy machine."""
PROGRAM = Path(sysconfig.get_path("scripts"), "gallery-dl")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=500)
    parser.add_argument("--quick", action="store_true", help="30 pictures: a check that it works, no figure")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    count = 30 if options.quick else options.pictures
    with tempfile.TemporaryDirectory(prefix="vv-") as scratch, Elsewhere() as site:
        os.environ["TMPDIR"] = tempfile.tempdir = scratch
        site.fill(count)
        report(measured(site, count, Path(scratch)), options.json)
    return 0


def measured(site: Elsewhere, count: int, scratch: Path) -> Iterator[Row]:
    alone = count / alone_s(site, scratch / "alone")
    yield Row("gallery-dl alone", alone, "pictures/s")
    with RunningVault(scratch / "v") as vault:
        vault.environ |= {"VVAULT_FETCH_DELAY_MS": "0", "VVAULT_FETCH_KEEP_FREE_MB": "0"}
        vault.start()
        vault.call("add", vault.pictures)
        vault.call("pause")  # what is read of them meanwhile is another matter
        vault.call("fetch", "add", site.gallery, "--every", "never", "--limit", str(count))
        began = time.monotonic()
        (run,) = vault.call("fetch", "run", "1", "--wait", timeout=PATIENCE_S)["runs"]
        ours = count / (time.monotonic() - began)
        assert run["fetched"] == count, run
        yield Row("vvault fetch", ours, "pictures/s", "gallery-dl alone", ours / alone)


def alone_s(site: Elsewhere, folder: Path) -> float:
    """Seconds that gallery-dl takes by itself."""
    folder.mkdir()
    began = time.monotonic()
    subprocess.run(
        ["nice", "-n", str(NICENESS), sys.executable, PROGRAM, "--config-ignore", "--quiet", "--write-metadata",
         "--download-archive", folder / "archive", "--directory", folder, site.gallery],
        check=True,
    )  # fmt: skip
    assert len(list(folder.glob("*.jpg"))) == len(site.posts)
    return time.monotonic() - began


if __name__ == "__main__":
    sys.exit(main())
