"""What real file managers do in the mount: what they ask of it, that they end, and what changes.

    python benchmarks/file_managers.py [--only NAME…] [--backend pyfuse3|fusepy] [--pictures DIR] [--json FILE]

Each that is installed (Thunar, PCManFM, Nautilus, Dolphin, GTK's file chooser by zenity) is started on a desktop that
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
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

from desktop import Desktop, missing
from watched_vault import WatchedVault, changed

from support import leftovers

QUERY = "red car"
_PATIENCE_S = 6.0
"""For a window to be there."""


@dataclass(frozen=True)
class Manager:
    """A program, and the keys that are not the same in all. `{}` in the command is the folder."""

    name: str
    command: tuple[str, ...]
    new_folder: str = "ctrl+shift+n"
    location: str = "ctrl+l"
    leave: tuple[str, ...] = ("Escape", "Escape")


MANAGERS = (
    Manager("Thunar", ("thunar", "{}")),
    Manager("PCManFM", ("pcmanfm", "--new-win", "{}")),
    Manager("Nautilus", ("nautilus", "--new-window", "{}")),
    Manager("Dolphin", ("dolphin", "--new-window", "{}"), new_folder="F10"),
)


@dataclass
class Seen:
    """What one step of one program was seen to do."""

    program: str
    step: str
    asked: dict[str, int]
    ended: bool
    opened: int
    listed_s: float | None
    unknown: list[str]
    changed: list[str] = field(default_factory=list)
    windows: list[str] = field(default_factory=list)
    outcome: str = ""

    def row(self) -> str:
        """Return the line of the table."""
        listed = "" if self.listed_s is None else f"{self.listed_s:.2f} s"
        asked = f"{sum(self.asked.values())}" if self.ended else f"{sum(self.asked.values())}, no end"
        cells = (self.program, self.step, asked, self.opened, listed, _names(self.unknown), _names(self.changed),
                 _names(self.windows), self.outcome)  # fmt: skip
        return "| " + " | ".join(str(cell) for cell in cells) + " |"


HEADER = """| Program | Step | asked | opened | listed | unknown | changed | windows | outcome |
|---|---|---|---|---|---|---|---|---|"""


class Visit:
    """One program in the vault: runs steps and sees what they do."""

    def __init__(self, watched: WatchedVault, desktop: Desktop, manager: Manager, pictures: Path) -> None:
        self.watched = watched
        self.desktop = desktop
        self.manager = manager
        self.outside = watched.vault.home / "Copies" / manager.name
        self.outside.mkdir(parents=True)
        self._known = known_names(watched.place)
        self._pictures = pictures

    def open(self, folder: Path) -> None:
        """Open a window on `folder`, and wait until it was listed: not at all, if the program shows it already."""
        mark, patience = self.watched.mark(), time.monotonic() + _PATIENCE_S
        self.desktop.spawn(*(part.replace("{}", str(folder)) for part in self.manager.command))
        inside = folder.is_relative_to(self.watched.place)
        while time.monotonic() < patience and not (inside and self.watched.listed_after(mark, folder, 0.0)):
            time.sleep(0.2)
        self.watched.quiet()

    def see(self, step: str, act: Callable[[], str | None], folder: Path | None = None) -> Seen:
        """Do a step and return what came of it. `act` returns its outcome, None if there is nothing to say."""
        watched = self.watched
        watched.quiet()
        watched.originals.taken()
        before, asked, mark, began = watched.state(), watched.counts(), watched.mark(), time.time()
        outcome = act()
        time.sleep(1)
        ended = watched.quiet()
        seen = Seen(
            program=self.manager.name,
            step=step,
            asked=dict(watched.counts() - asked),
            ended=ended,
            opened=sum(watched.originals.taken().values()),
            listed_s=None if folder is None else watched.listed_after(mark, folder, began),
            unknown=sorted(set(watched.looked_up(mark)) - self._known),
            outcome=outcome or "",
        )
        self.desktop.picture(self._pictures / f"{self.manager.name}-{step.replace('/', ' ')}.png")
        seen.windows = sorted(title for title in self.desktop.windows().values() if not self._is_folder(title))
        seen.changed = changed(before, watched.state())
        return seen

    def _is_folder(self, title: str) -> bool:
        names = {"vault", "search", "tags", "albums", "Summer", "trip", "places", QUERY, self.manager.name}
        return any(title.startswith(name) for name in names)


def visited(visit: Visit) -> Iterator[Seen]:
    """Run all steps of one program; what each was seen to do."""
    place, desktop, manager = visit.watched.place, visit.desktop, visit.manager
    for folder in (f"search/{QUERY}", "search", "tags", "albums/Summer", "."):
        yield visit.see(f"open {folder}/", partial(visit.open, place / folder), place / folder)
    yield visit.see("type a location", lambda: typed(visit))
    yield visit.see("copy results out", lambda: copied_out(visit))
    yield visit.see("copy results into a tag", lambda: pasted(visit))
    yield visit.see("make a tag", lambda: made(visit))
    yield visit.see("rename a tag", lambda: renamed(visit))
    yield visit.see("delete (trash)", lambda: trashed(visit))
    desktop.keys(*manager.leave)
    yield visit.see("delete for good", lambda: deleted(visit))
    desktop.keys(*manager.leave)


def typed(visit: Visit) -> None:
    """Type the beginning of a query where the location is, as somebody who looks what completion offers."""
    visit.desktop.keys(visit.manager.location, "ctrl+a")
    visit.desktop.text(f"{visit.watched.place}/search/gree")
    time.sleep(2)
    visit.desktop.keys("Escape", "Escape")


def copied_out(visit: Visit) -> str:
    visit.open(visit.watched.place / "search" / QUERY)
    visit.desktop.keys("ctrl+a", "ctrl+c")
    visit.open(visit.outside)
    visit.desktop.keys("ctrl+v", pause=3)
    copies = sorted(visit.outside.iterdir())
    links = sum(path.is_symlink() for path in copies)
    return f"{len(copies) - links} files, {links} links"


def pasted(visit: Visit) -> str:
    folder = visit.watched.place / "tags" / "places" / "trip"
    visit.open(folder)
    visit.desktop.keys("ctrl+v", pause=3)
    return f"{len(os.listdir(folder))} pictures tagged"


def made(visit: Visit) -> str:
    visit.open(visit.watched.place / "tags" / "empty")
    visit.desktop.keys(visit.manager.new_folder, pause=1.5)
    visit.desktop.keys("ctrl+a")
    visit.desktop.text("new")
    visit.desktop.keys("Return", pause=1.5)
    return ", ".join(os.listdir(visit.watched.place / "tags" / "empty")) or "nothing made"


def renamed(visit: Visit) -> str:
    visit.open(visit.watched.place / "tags" / "places")
    visit.desktop.keys("ctrl+a", "F2", pause=1.5)
    visit.desktop.keys("ctrl+a")
    visit.desktop.text("journey")
    visit.desktop.keys("Return", pause=1.5)
    return ", ".join(os.listdir(visit.watched.place / "tags" / "places"))


def trashed(visit: Visit) -> str:
    visit.open(visit.watched.place / "albums" / "Summer")
    before = len(os.listdir(visit.watched.place / "albums" / "Summer"))
    visit.desktop.keys("ctrl+a", "Delete", pause=2)
    left = len(os.listdir(visit.watched.place / "albums" / "Summer"))
    return f"{left} of {before} left"


def deleted(visit: Visit) -> str:
    visit.open(visit.watched.place / "albums" / "Summer")
    visit.desktop.keys("ctrl+a", "shift+Delete", pause=2)
    visit.desktop.keys("Return", pause=2)
    return f"{len(os.listdir(visit.watched.place / 'albums' / 'Summer'))} left"


def known_names(place: Path) -> set[str]:
    """Return the names that there are in the folders that are visited, and the names of the folders."""
    names = {".originals"}
    for folder in (".", "search", f"search/{QUERY}", "tags", "tags/places", "albums", "albums/Summer"):
        names |= set(os.listdir(place / folder))
    for entry in (place / "albums" / "Summer").iterdir():
        names |= set(Path(os.readlink(entry)).parts)
    return names


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


def _names(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    raise SystemExit(main())
