"""What real file managers do in the mount: what they ask of it, that they end, and what changes.

    python benchmarks/file_managers.py [--only NAME…] [--backend pyfuse3|fusepy] [--pictures DIR] [--json FILE]

Each that is installed (Thunar, PCManFM, Nautilus, Dolphin, GTK's file dialog by zenity) is started on a desktop that
nobody sees, opens folders of a mounted demo library, each in a window, and is then driven by keys: a location is typed,
results are copied out of the vault and into a tag, a tag is made, one is renamed, pictures are deleted. For every step
a row of a table in Markdown is printed:

    asked     requests that the mount answered, until 1.5 s passed without one (`no end`: there was none in 30 s)
    opened    how often originals were opened for reading
    listed    seconds from starting the program or its window until the folder was listed
    unknown   names it looked for that were not there
    changed   what differs afterwards, of: recent queries, saved searches, tags, albums, actions, pictures, library
    windows   what stands there besides the windows of folders

Needs xvfb, dbus, openbox, xdotool and scrot.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from at_work import HEADER, MANAGERS, QUERY, Seen, Visit, visited
from desktop import Desktop, missing
from watched_vault import WatchedVault

from support import leftovers


def furnish(watched: WatchedVault) -> None:
    """Open a few queries, make a tag with a subtag, an empty one, and an album, as they are before each program."""
    place, vault = watched.place, watched.vault
    for query in ("boat", "blue", "dog", QUERY):
        os.listdir(place / "search" / query)
    for folder in ("tags/places", "tags/empty", "albums/Summer"):
        shutil.rmtree(place / folder, ignore_errors=True)
    for folder in ("tags/places", "tags/places/trip", "tags/empty", "albums/Summer"):
        (place / folder).mkdir()
    pictures = vault.call("search", "boat", "--limit", "6")["hits"]
    for number, hit in enumerate(pictures):
        (place / "albums" / "Summer" / f"{number}.jpg").symlink_to(hit["path"])
    watched.quiet()


def main() -> int:
    parser = argparse.ArgumentParser(description="See what file managers do in the mount.")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these, e.g. Thunar")
    parser.add_argument("--backend", choices=["pyfuse3", "fusepy"], default="pyfuse3")
    parser.add_argument("--pictures", type=Path, metavar="DIR", help="keep a picture of the screen after each step")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write all that was seen to FILE")
    arguments = parser.parse_args()
    if absent := missing():
        sys.exit(f"not installed: {', '.join(absent)}")
    with tempfile.TemporaryDirectory(prefix="vv-") as folder:
        os.environ["TMPDIR"] = folder
        try:
            seen = list(run(Path(folder), arguments))
        finally:
            leftovers.clear(Path(folder))
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(one) for one in seen], indent=1) + "\n", encoding="utf-8")
    return 0


def run(folder: Path, arguments: argparse.Namespace) -> Iterator[Seen]:
    """See all programs that are installed and wanted; prints the rows as they come."""
    pictures = arguments.pictures or folder / "pictures"
    pictures.mkdir(parents=True, exist_ok=True)
    print(HEADER)
    for manager in MANAGERS:
        if arguments.only and manager.name not in arguments.only:
            continue
        if shutil.which(manager.command[0]) is None:
            print(f"{manager.name} is not installed", file=sys.stderr)
            continue
        with WatchedVault(Path(tempfile.mkdtemp(dir=folder)), arguments.backend) as watched:
            furnish(watched)
            with Desktop(watched.vault.environ, watched.vault.logs) as desktop:
                for seen in visited(Visit(watched, desktop, manager, pictures)):
                    print(seen.row(), flush=True)
                    yield seen


if __name__ == "__main__":
    raise SystemExit(main())
