"""One vault, mounted four times: both backends, entries as links and as files.

with everywhere(folder) as places:
    places.look("tags/dog")                     # list it and stat everything, so that the kernel has it
    places.say("tag", tag="dog", images=[…])    # as another client of the daemon
    places.has("tags/dog/rex.jpg")              # within two seconds, in all four
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from PIL import Image

from support.mounting import BACKENDS, KINDS, Mount
from support.vault import RunningVault
from vaultipc.blocking import Client

SOON_S = 2.0
"""How long a change may take to be seen, from the daemon's answer on."""


class Places:
    """The mounts of one vault."""

    def __init__(self, vault: RunningVault, mounts: list[Mount]) -> None:
        self.vault = vault
        self.mounts = mounts

    def draw(self, name: str, side: int = 300) -> Path:
        """A picture in the library, read and settled; its name makes its content another one's."""
        path = self.vault.pictures / f"{name}.png"
        image = Image.new("RGB", (side, 200), "teal")
        for place, letter in enumerate(name):
            image.putpixel((place, 0), (ord(letter) % 256, 0, 0))
        image.save(path)
        self.vault.settle()
        return path

    def look(self, folder: str) -> None:
        """Do what a file manager does: list, and ask for everything."""
        for mount in self.mounts:
            for entry in os.scandir(mount.place / folder):
                entry.stat(follow_symlinks=False)
                os.stat(entry.path)

    def read(self, path: str) -> None:
        for mount in self.mounts:
            (mount.place / path).read_bytes()

    def see(self, holds: Callable[[Path], object], what: str) -> None:
        """Wait until `holds` of every mount point; AssertionError after two seconds, naming those of which not."""
        began, lacking = time.monotonic(), list(self.mounts)
        while lacking:
            lacking = [mount for mount in lacking if not holds(mount.place)]
            if lacking and time.monotonic() > began + SOON_S:
                where = ", ".join(f"{mount.backend} {mount.entries}" for mount in lacking)
                raise AssertionError(f"{what}: not within {SOON_S:g} s in {where}")
            time.sleep(0.02)

    def lists(self, folder: str, *names: str) -> None:
        self.see(lambda place: sorted(os.listdir(place / folder)) == sorted(names), f"{folder} lists {names}")

    def has(self, path: str) -> None:
        self.see(lambda place: (place / path).exists(), f"{path} is there")

    def lacks(self, path: str) -> None:
        """By name alone: nothing is listed anew."""
        self.see(lambda place: not os.path.lexists(place / path), f"{path} is not there")

    def say(self, method: str, **params: object) -> None:
        """Ask the daemon for a change, as another client of it."""
        with Client(self.vault.socket) as client:
            client.call(method, params)


@contextmanager
def everywhere(folder: Path) -> Iterator[Places]:
    """A daemon with an empty library, and its four mounts. `folder` must have a short path."""
    with RunningVault(folder) as vault, ExitStack() as stack:
        vault.start()
        vault.call("add", vault.pictures)
        kinds = [(backend, entries) for backend in BACKENDS for entries in KINDS]
        made = [Mount(folder / f"{backend}-{entries}", vault.socket, backend, entries) for backend, entries in kinds]
        yield Places(vault, [stack.enter_context(mount) for mount in made])
