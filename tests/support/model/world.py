"""A real vault to be held against the model: a daemon, a mount, and hands that do things in it."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from support import tinypack
from support.model.hands import TESTS, Hands
from support.model.pictures import picture
from support.model.said import Model
from support.model.views import Seen, Sight, expected
from support.outcome import health
from support.vault import RunningVault, eventually
from vaultipc.blocking import Client
from vaultipc.errors import UserError

INBOX = "Vault Inbox"
PICTURES = 10_000
"""More than any example has."""
PATIENCE_S = 20.0
"""After that a change that did not appear counts as lost; a busy machine is slow."""


class MeansAnother(Exception):
    """The name that a gesture uses meant another picture a while ago: it is refused, as documented.

    So are names of files that were edited: other bytes are another picture.
    """


class World:
    """One vault for many examples, each of which begins with `reset`.

    `vault` is started here. What is done through the mount must be seen there at once; what is done elsewhere, soon:
    `soon` tells which of the two the last gesture was. `other`: names that meant another picture a while ago.
    """

    def __init__(self, vault: RunningVault, backend: str, entries: str) -> None:
        self.vault = vault
        self.mount = vault.mountpoint
        self.library = vault.pictures
        self.outside = vault.home / "outside"
        self.entries = entries
        self.soon = False
        self.example = 0
        self.made = 0
        self.images: dict[int, str] = {}
        self.old: set[str] = set()
        self.undos: list[str] = []
        self.other: set[str] = set()
        pack = tinypack.write_pack(vault.home / "pack", "tiny")
        vault.environ |= {
            "VVAULT_MODEL_NAME": str(pack),
            "VVAULT_MOUNT_BACKEND": backend,
            "VVAULT_INGEST_SETTLE_MS": "10",
            "VVAULT_INGEST_THUMBNAILS": "false",
            "VVAULT_INGEST_WORKERS": "1",
        }
        self.outside.mkdir()
        (self.outside / "text").write_text("no picture")

    def plant(self, bug: str) -> None:
        """The daemon that is started next has this bug (see `support.model.bugs`)."""
        self.vault.environ["PYTHONPATH"] = TESTS
        self.vault.program = [sys.executable, "-m", "support.model.bugs", bug]

    def __enter__(self) -> Self:
        """Everything runs."""
        self.vault.start()
        self.vault.mount("--entries", self.entries)
        self.client = Client(self.vault.socket, PATIENCE_S)
        self.hands = Hands()
        self.sight = Sight(self)
        return self

    def __exit__(self, *raised: object) -> None:
        self.client.close()
        self.hands.close()

    # ---- gestures --------------------------------------------------------------------------------------------

    def do(self, gesture: str, *arguments: str | Path) -> None:
        """A new process does this, and it works. Raises MeansAnother."""
        answer = self.hands.make(gesture, *map(str, arguments))
        if answer == "ESTALE" and self.other.intersection(Path(argument).name for argument in arguments):
            raise MeansAnother
        assert not answer, f"{gesture} {' '.join(map(str, arguments))}: {answer}"

    def move_over(self, folder: str, number: int, target: str, replaced: int) -> None:
        """One picture is moved over another's entry, whose name it gets until the folder is listed."""
        place = self.entry(target, replaced)
        self.do("mv", self.entry(folder, number), place)
        self.other.add(place.name)

    def refuse(self, name: str, gesture: str, *arguments: str | Path) -> None:
        """A new process does this, and it ends with the errno of this name."""
        answer = self.hands.make(gesture, *map(str, arguments))
        if answer == "ESTALE" and self.other.intersection(Path(argument).name for argument in arguments):
            raise MeansAnother
        assert answer == name, f"{gesture} {' '.join(map(str, arguments))}: {answer or 'ok'}, not {name}"

    def ask(self, method: str, **parameters: object) -> Any:
        """The result of a request over the socket."""
        self.soon = True
        result = self.client.call(method, parameters)
        errors = getattr(result, "errors", [])
        assert not errors, f"{method}: {errors}"
        return result

    def denied(self, method: str, **parameters: object) -> None:
        """A request that is refused as a user's mistake."""
        try:
            self.client.call(method, parameters)
        except UserError:
            return
        raise AssertionError(f"{method} {parameters} was not refused")

    def undone(self, count: int) -> None:
        """The newest actions are undone; the undos are remembered, to be undone."""
        for action in self.ask("undo", count=count).actions:
            assert not action.skipped, f"not undone: {action.skipped}"
        log = self.ask("log", limit=count).actions
        self.undos += [action.id for action in reversed(log)]

    def restart(self, how: signal.Signals) -> None:
        """The daemon ends and is there again; the mount finds it."""
        assert self.vault.daemon is not None
        self.client.close()
        self.vault.daemon.send_signal(how)
        self.vault.daemon.wait(PATIENCE_S)
        self.vault.start()
        self.client = Client(self.vault.socket, PATIENCE_S)
        self.soon = True
        eventually(lambda: self.ask("status").mounts, "the mount is connected again", PATIENCE_S)

    # ---- places ----------------------------------------------------------------------------------------------

    def new_file(self, number: int) -> Path:
        """A file outside the library and the mount, with the bytes of a picture."""
        path = self.outside / self._new_name()
        path.write_bytes(self.picture(number))
        return path

    def new_path(self) -> str:
        """A path of the library that no file has or had; some are below a folder."""
        name = self._new_name()
        return f"album/{name}" if self.made % 2 else name

    def picture(self, number: int) -> bytes:
        """The bytes of a picture, which no other example has."""
        return picture(self.example * PICTURES + number)

    def _new_name(self) -> str:
        self.made += 1
        return f"{self.example:04}-{self.made:04}.png"

    def in_the_inbox(self, file: Path) -> str:
        """Where a file lands that was given to the mount."""
        return f"{INBOX}/{file.name}"

    def entry(self, folder: str, number: int) -> Path:
        """Where a picture stands in a folder of the mount."""
        place = self.mount / folder
        for name in os.listdir(place):
            is_picture = not name.startswith(".") and (place / name).is_symlink() | (place / name).is_file()
            if is_picture and self.sight.image_of(place / name) == self.images[number]:
                return place / name
        raise AssertionError(f"picture {number} is not listed in {folder}")

    def results(self) -> str:
        """A folder of results that nobody has opened: of a query that finds everything, and that each example has for
        itself, since what is said of its results is remembered."""
        self.made += 1
        return f"search/{self.query} limit:{1000 + self.made}"

    @property
    def query(self) -> str:
        return f"width:>0 -name:none{self.example}"

    # ---- examples --------------------------------------------------------------------------------------------

    def reset(self, model: Model, count: int) -> None:
        """Nothing is said of anything any more, no picture of earlier examples is left, and there are new ones."""
        self.example += 1
        self.made = 0
        self.undos.clear()
        self.other.clear()
        self._forget_all()
        self.old |= set(self.images.values())
        self.images.clear()
        self.library = self.vault.home / f"Pictures {self.example}"
        (self.library / "album").mkdir(parents=True)
        self.ask("add", paths=[str(self.library)])
        for _ in range(count):
            number, path = model.new_picture(), self.new_path()
            (self.library / path).write_bytes(self.picture(number))
            model.files[path] = number
        self.soon = True
        self.check(model)

    def furnish(self, model: Model) -> None:
        """An example begins with tags and albums, used and free, and with saved searches: else much has no effect."""
        self.ask("tags.create", tag="r/s")
        self.ask("album.create", name="Eve")
        for name in ("red", "green"):
            self.ask("save", name=name, query=name)
        model.said.make_tag("r/s")
        model.said.albums["Eve"] = {}
        model.said.saved |= {"red": "red", "green": "green"}
        for number, (tag, album) in enumerate((("p", "Ada"), ("q", "Bob")), 1):
            for one in (number, number + 1):
                self.ask("tag", tag=tag, images=[self.images[one]])
                self.ask("album.add", name=album, images=[self.images[one]])
                model.said.tag(one, tag)
                model.said.albums.setdefault(album, {})
                model.said.put(album, one)
        self.check(model)

    def _forget_all(self) -> None:
        """Pictures that were given to the mount stay for a day, wherever their files are: they are passed over."""
        if self.images:
            self.ask("fav", images=list(self.images.values()), remove=True)
        for tag in sorted(self.ask("tags").tags, key=lambda tag: -tag.name.count("/")):
            self.ask("tags.delete", tag=tag.name, force=True)
        for album in self.ask("album.list").albums:
            self.ask("album.delete", name=album.name, force=True)
        for search in self.ask("saved").saved:
            self.ask("saved.delete", name=search.name)
        for root in self.ask("roots").roots:
            self.ask("remove", path=root.path, forget=True)
            shutil.rmtree(root.path)

    # ---- comparison ------------------------------------------------------------------------------------------

    def check(self, model: Model) -> None:
        """Both ways to look at the vault show what the model says. AssertionError tells the difference."""
        for number in model.known:
            self._meet_once_known(model, number)
        wanted = expected(model)
        self._compare(lambda: self.sight.through_the_socket(model), wanted, patient=self.soon)
        self._compare(lambda: self.sight.through_the_mount(), wanted.in_the_mount(), patient=self.soon)
        self.soon = False

    def _meet_once_known(self, model: Model, number: int) -> None:
        """Waits until the daemon knows a picture; then its id is known here."""
        if number not in self.images:
            path = next(path for path, one in model.files.items() if one == number)
            eventually(lambda: self._meet(path, number), f"picture {number} is known", PATIENCE_S)

    def _meet(self, path: str, number: int) -> bool:
        try:
            image = self.client.call("image", {"image": str(self.library / path)}).id
        except UserError:
            return False
        known = image not in self.images.values()
        if known:
            self.images[number] = image
        return known

    def _compare(self, look: Callable[[], Seen], wanted: Seen, *, patient: bool) -> None:
        deadline = time.monotonic() + (PATIENCE_S if patient else 0)
        while (seen := look()) != wanted:
            assert time.monotonic() < deadline, wanted.differences(seen)
            time.sleep(0.005)

    def sound(self) -> None:
        """The catalog's own check finds nothing."""
        assert not health(self.vault)
