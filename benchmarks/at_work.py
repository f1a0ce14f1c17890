"""Programs that show folders, driven by keys in a watched vault, step by step, and what each was seen to do."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from desktop import Desktop
from watched_vault import WatchedVault, changed

QUERY = "red car"
_TITLES = ("vault", "search", "tags", "Summer", "trip", "places", "empty", "Select a file", QUERY)
"""How the windows of folders are called, in which nothing else is to be read."""
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
    click: bool = False


CHOOSER = Manager("GTK dialog", ("zenity", "--file-selection", "--filename={}/"))
"""What a program shows that opens, uploads or attaches a file."""

MANAGERS = (
    Manager("Thunar", ("thunar", "{}")),
    Manager("PCManFM", ("pcmanfm", "--new-win", "{}")),
    Manager("Nautilus", ("nautilus", "--new-window", "{}"), click=True),
    Manager("Dolphin", ("dolphin", "--new-window", "{}"), new_folder="F10"),
    CHOOSER,
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
        self.desktop.activate(folder.name, click=self.manager.click)
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
        return title.startswith((*_TITLES, self.manager.name))


def visited(visit: Visit) -> Iterator[Seen]:
    """Run all steps of one program; what each was seen to do."""
    yield from uploaded(visit) if visit.manager is CHOOSER else managed(visit)


def managed(visit: Visit) -> Iterator[Seen]:
    """What a person does with a file manager."""
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


def uploaded(visit: Visit) -> Iterator[Seen]:
    """What a person does with the dialog of a program that wants a picture."""
    folder = visit.watched.place / "search" / QUERY
    yield visit.see(f"open search/{QUERY}/", partial(visit.open, folder), folder)
    yield visit.see("type a location", lambda: typed(visit))
    visit.desktop.keys("Escape", "Escape")
    yield visit.see("choose the first result", lambda: chosen(visit))


def chosen(visit: Visit) -> str:
    """Type the path of the first result and a part of its name, as completion lets one do."""
    folder = visit.watched.place / "search" / QUERY
    visit.open(folder)
    visit.desktop.keys(visit.manager.location, "ctrl+a")
    visit.desktop.text(str(folder / min(os.listdir(folder))))
    visit.desktop.keys("Return", "Return", pause=1.5)
    said = visit.desktop.said("zenity").splitlines()
    return f"`{Path(said[-1]).name}` chosen" if said and said[-1].startswith("/") else "nothing chosen"


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
    trash = visit.watched.vault.home / ".local/share/Trash/files"
    kept = list(trash.glob("*"))
    links = sum(path.is_symlink() for path in kept)
    return f"{left} of {before} left; in the trash of the home {links} links, {len(kept) - links} files"


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


def _names(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
