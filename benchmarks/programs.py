#!/usr/bin/env python3
"""What programs cost the mount: how many requests each makes, how long it takes, and that it leaves nothing behind.

    benchmarks/programs.py [--count 120] [--backend pyfuse3] [--entries symlink|file] [--quick] [--json FILE]

Draws a demo library in a temporary home, reads it, saves and opens searches so that every folder holds something, and
lets each program walk through all of a mount that nobody looked at before: crawlers and copiers, an interactive bash
with a git prompt and completion, a server of Samba's. Programs that are not installed are named and passed over.
Needs /dev/fuse. Nothing of the user's is touched. Ends with 1 if a program failed, did not end, or changed something.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support import sharing
from support.crawlers import CRAWLERS, PATIENCE_S, Crawler
from support.mounting import BACKENDS, KINDS
from support.terminal import Terminal
from support.vault import RunningVault
from vaultd.demo import library
from vaultipc.blocking import Client

QUERIES = ("red car", "blue", "tag:holiday")
KEPT = ("log", "history", "tags", "saved", "album.list")
"""Methods of the socket that tell what a person did."""
OPERATIONS = "user.vault.operations"
TOLD = ("lookup", "getattr", "opendir", "readdir", "readlink", "open", "read")
WIDTH = 22
SETTLED_S = 600.0
"""Seconds that reading the library may take, on a machine that is busy with other things."""


@dataclass(frozen=True)
class Visit:
    """What one program did. `requests`: the kernel's to the mount, by kind. `changed`: what it left different.

    `ran`: it is installed.
    """

    program: str
    entries: str
    outcome: str
    seconds: float = 0.0
    requests: dict[str, int] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)
    ran: bool = True

    @property
    def well(self) -> bool:
        return not self.ran or (self.outcome == "ok" and not self.changed)


Act = Callable[[Path, Path], str]
"""Does something in a mount, with a folder of its own, and returns `ok` or what went wrong."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=library.DEFAULT_COUNT, help="files of the demo library")
    parser.add_argument("--backend", choices=BACKENDS, default=BACKENDS[0])
    parser.add_argument("--entries", choices=KINDS, help="what entries are (default: one after the other)")
    parser.add_argument("--quick", action="store_true", help="24 files, links only: a check that it works")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    kinds = [options.entries] if options.entries else KINDS[:1] if options.quick else KINDS
    visits = []
    with tempfile.TemporaryDirectory(prefix="vv-") as scratch:
        os.environ["TMPDIR"] = tempfile.tempdir = scratch
        with RunningVault(Path(scratch, "v")) as vault:
            vault.environ["VVAULT_MOUNT_BACKEND"] = options.backend
            furnish(vault, 24 if options.quick else options.count)
            print(f"{'program':{WIDTH}} entries  outcome   seconds  requests  {'  '.join(TOLD)}")
            for entries in kinds:
                for done in visited(vault, entries):
                    print(line(done), flush=True)
                    visits.append(done)
    if options.json:
        options.json.write_text(json.dumps([asdict(done) for done in visits], indent=1) + "\n", encoding="utf-8")
    return 0 if all(done.well for done in visits) else 1


def furnish(vault: RunningVault, count: int) -> None:
    """A library with something in every kind of folder."""
    library.write(vault.pictures, count=count)
    vault.start()
    vault.call("add", vault.pictures)
    vault.settle(SETTLED_S)
    vault.mount()
    for query in QUERIES:
        vault.listing(f"search/{query}")
    pictures = [str(path.resolve()) for path in sorted((vault.mountpoint / "recent").iterdir())[:5]]
    vault.call("save", "boats", "boat")
    vault.call("album", "add", "best", *pictures)
    vault.call("fav", pictures[0])
    vault.unmount()


def visited(vault: RunningVault, entries: str) -> Iterator[Visit]:
    """Every program, each in a mount of its own: what the kernel remembers of one is no help to the next."""
    for crawler in CRAWLERS:
        yield visit(vault, crawler.name, entries, crawler.missing, crawling(crawler))
    yield visit(vault, "bash, prompt and TAB", entries, absent("bash") or absent("git"), typing)
    yield visit(vault, "inotifywait", entries, absent("inotifywait"), watching)
    yield visit(vault, "smbd, all listed", entries, sharing.missing(), shared)


def absent(program: str) -> str:
    return "" if shutil.which(program) else f"{program} is not installed"


def visit(vault: RunningVault, program: str, entries: str, missing: str, act: Act) -> Visit:
    if missing:
        return Visit(program, entries, missing, ran=False)
    before = state(vault)
    vault.mount("--entries", entries)
    with tempfile.TemporaryDirectory() as own:
        began, so_far = time.perf_counter(), requests(vault)
        try:
            outcome = act(vault.mountpoint, Path(own))
        except subprocess.TimeoutExpired:
            outcome = f"did not end within {PATIENCE_S:g} s"
        except AssertionError as error:
            outcome = str(error)
        seconds, made = time.perf_counter() - began, requests(vault) - so_far
    vault.unmount()
    made["getxattr"] -= 1  # our own second look at the count
    after = state(vault)
    changed = [what for what in before if before[what] != after[what]]
    return Visit(program, entries, outcome, seconds, {kind: count for kind, count in made.items() if count}, changed)


def requests(vault: RunningVault) -> Counter[str]:
    """How many requests of each kind the mount has answered."""
    told = os.getxattr(vault.mountpoint, OPERATIONS).decode().splitlines()
    return Counter({kind: int(count) for kind, count in (entry.split() for entry in told)})


def state(vault: RunningVault) -> dict[str, object]:
    """All that a program could have changed, without asking the mount."""
    with Client(vault.socket) as client:
        told: dict[str, object] = {method: client.call_raw(method) for method in KEPT}
        status = client.call("status")
    files = {path: (path.stat().st_size, path.stat().st_mtime_ns) for path in vault.pictures.rglob("*")}
    return told | {"pictures": (status.images, status.files, status.failed), "files": files}


# ---- what they do --------------------------------------------------------------------------------------------------


def crawling(crawler: Crawler) -> Act:
    def crawl(here: Path, own: Path) -> str:
        done = crawler.run(here, own / "out")
        if done.returncode == crawler.exit:
            return "ok"
        return f"exit {done.returncode}: {done.stderr.decode(errors='replace').strip()[-300:]}"

    return crawl


def typing(here: Path, own: Path) -> str:
    """A person at a shell: goes into search/ and tags/, has names completed, types one that is no query yet."""
    with Terminal(here, own) as bash:
        bash.enter("cd search")
        bash.complete("ls ", until="blue/")
        bash.complete("ls blu", until="ls blue/")
        bash.enter("cd blue")
        bash.complete("ls 00", until="001")
        bash.enter("cd ../../tags")
        bash.complete("ls hol", until="ls holiday/")
        bash.enter("cd 'holiday'")
        bash.enter("cat ../../search/package.json")
        bash.enter("cd '../../search/nobody asked this'")
    return "ok"


def watching(here: Path, own: Path) -> str:
    """A watch on a folder of results and on a tag, for a second in which nothing happens."""
    done = subprocess.run(
        ["inotifywait", "-q", "-t", "1", here / "search" / QUERIES[0], here / "tags"],
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return "ok" if done.returncode == 2 else f"exit {done.returncode}: {done.stdout!r}"  # 2: no event in that time


def shared(here: Path, own: Path) -> str:
    """A client lists all there is and fetches a file."""
    with sharing.Share(here, own / "smbd") as share:
        share.do("recurse; ls")
        share.do(f'get STATUS.txt "{own}/status"')
    return "ok"


def line(visit: Visit) -> str:
    counts = "  ".join(f"{visit.requests.get(kind, 0):{len(kind)}}" for kind in TOLD)
    if not visit.ran:
        return f"{visit.program:{WIDTH}} {visit.entries:8} {visit.outcome}"
    outcome = visit.outcome if visit.well else f"{visit.outcome}; changed: {', '.join(visit.changed) or 'nothing'}"
    total = sum(visit.requests.values())
    return f"{visit.program:{WIDTH}} {visit.entries:8} {outcome:8} {visit.seconds:8.2f}  {total:8}  {counts}"


if __name__ == "__main__":
    raise SystemExit(main())
