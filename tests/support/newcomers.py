"""Somebody whose pictures never rest: they come, are edited, renamed, moved and deleted, and looked at in the mount.

About as many are there at any time. They lie in a folder of their own and nobody says anything of them, so what the
crowd (`support.crowd`) leaves does not depend on them.
"""

from __future__ import annotations

import errno
import itertools
import os
import random
import time
from collections import Counter
from pathlib import Path

from PIL import Image

from support.ingesting import draw
from support.vault import RunningVault

STEADY = 40
"""While fewer are there, new ones come."""
READ = 5
"""As many of a folder's entries are read at a look."""
PAUSE_S = 0.1
"""Between two gestures, on average."""
SHOWN = ("recent", "search/red", "search/type:png")


class Newcomers:
    """`run` until `seconds` are over. `contents`: how many different pictures were written until now."""

    def __init__(self, vault: RunningVault, seconds: float, seed: int) -> None:
        self.folder = vault.pictures / "newcomers"
        self.contents = 0
        self.gestures: Counter[str] = Counter()
        self._mountpoint = vault.mountpoint
        self._deadline = time.monotonic() + seconds
        self._dice = random.Random(seed)
        self._names = (f"{number}" for number in itertools.count())
        self._there: list[Path] = []
        self._day = self.folder

    def run(self) -> None:
        self._begin_a_day()
        deeds = (self._edit, self._replace, self._rename, self._delete, self._copy, self._look, self._begin_a_day)
        while time.monotonic() < self._deadline:
            few = len(self._there) < STEADY
            deed = self._add if few else self._dice.choices(deeds, (6, 3, 5, 8, 1, 3, 1))[0]
            deed()
            self.gestures[deed.__name__.strip("_")] += 1
            time.sleep(self._dice.uniform(0, 2 * PAUSE_S))

    def _add(self) -> None:
        self._there.append(self._day / f"{next(self._names)}.png")
        self._draw(self._there[-1])

    def _edit(self) -> None:
        """In place, as a small program does."""
        self._draw(self._dice.choice(self._there))

    def _replace(self) -> None:
        """Saves beside the picture and renames over it, as an editor does."""
        picture = self._dice.choice(self._there)
        draft = picture.with_name(f"draft {next(self._names)}.png")
        self._draw(draft)
        draft.replace(picture)

    def _copy(self) -> None:
        """Another file of the same content."""
        copy = self._day / f"{next(self._names)}.png"
        copy.write_bytes(self._dice.choice(self._there).read_bytes())
        self._there.append(copy)

    def _rename(self) -> None:
        at = self._dice.randrange(len(self._there))
        new = self._day / f"{next(self._names)}.png"
        self._there[at] = self._there[at].rename(new)

    def _delete(self) -> None:
        for _ in range(self._dice.randint(1, 2)):
            self._there.pop(self._dice.randrange(len(self._there))).unlink()

    def _begin_a_day(self) -> None:
        """All move to a new folder and the old one goes: one by one, or the whole folder under a new name."""
        old, self._day = self._day, self.folder / f"day {next(self._names)}"
        if old == self.folder or self._dice.random() < 0.5:
            self._day.mkdir(parents=True)
            moved = [picture.rename(self._day / picture.name) for picture in self._there]
        else:
            old.rename(self._day)
            moved = [self._day / picture.name for picture in self._there]
        self._there = moved
        if old != self.folder and old.exists():
            old.rmdir()

    def _look(self) -> None:
        """Lists a folder of the mount that shows them, and reads some of it."""
        folder = self._mountpoint / self._dice.choice(SHOWN)
        try:
            for name in os.listdir(folder)[:READ]:
                (folder / name).read_bytes()
        except OSError as error:
            # It was renamed or deleted since, or the answer did not come within the mount's deadline.
            if error.errno not in (errno.ENOENT, errno.EIO):
                raise

    def _draw(self, path: Path) -> None:
        """A picture that never was; some are noise, which takes longer to read."""
        self.contents += 1
        colour = tuple(self.contents // scale % 256 for scale in (1, 256, 65536))
        if self._dice.random() < 0.2:
            with Image.effect_noise((160, 120), 40 + self.contents % 60) as noise:
                noise.save(path, "PNG")
        else:
            draw(path, "#{:02x}{:02x}{:02x}".format(*colour), size=(80, 60 + self._dice.randrange(60)))
