"""A vault with pictures for every way in which files change (`support.ways`), and what must be in it afterwards."""

from __future__ import annotations

import itertools
import os
import time

from support.catalogued import Content, contents, places
from support.ingesting import draw
from support.opened import opened
from support.vault import RunningVault, eventually
from support.ways import NEW, WAYS, Ground
from vaultipc.blocking import Client

CROWD = "crowd"
"""A folder of many pictures, each of them many times, that moves at once."""
DIFFERENT = 20
LOOK_S = 0.2
PATIENCE_S = 240
"""Workers give way to everything else that a busy machine does."""

Drawn = tuple[str, str]
"""A picture by the way that it was drawn for, and its name there; NEW for what an edit made of one."""


class Changing:
    """Two watched folders and one beside them. `fill` it, then go the ways with `step`, and `check`."""

    def __init__(self, vault: RunningVault) -> None:
        self._vault = vault
        self._roots = [vault.pictures, vault.home / "Other"]
        self._aside = vault.home / "Aside"
        self._images: dict[Drawn, int] = {}
        self._wanted: dict[str, Drawn] = {}
        self._before: dict[int, Content] = {}

    def fill(self, many: int) -> None:
        """Draws everything, has it read, and says something of every picture. `many`: names in the crowd."""
        colours = (f"#{red:02x}{green:02x}80" for red, green in itertools.product(range(0, 256, 16), repeat=2))
        for way in WAYS:
            for folder in (*self._roots, self._aside):
                (folder / way.name).mkdir(parents=True)
            for name in way.before:
                self._draw((way.name, name), next(colours))
        for number in range(DIFFERENT):
            self._draw((CROWD, f"{number}.png"), next(colours))
        self._vault.start()
        self._vault.call("add", *self._roots)
        self._vault.settle(PATIENCE_S)
        crowd = self._roots[0] / CROWD
        for number in range(DIFFERENT, many):
            os.link(crowd / f"{number % DIFFERENT}.png", crowd / f"{number}.png")
            self._wanted[f"Pictures/{CROWD}/{number}.png"] = (CROWD, f"{number % DIFFERENT}.png")
        self._vault.settle(PATIENCE_S)
        found = places(self._vault)
        self._images = {drawn: found[path] or 0 for path, drawn in self._wanted.items()}
        self._say()
        self._before = contents(self._vault)
        assert len(self._before) == len(self._images)

    def _draw(self, drawn: Drawn, colour: str) -> None:
        path = self._roots[0].joinpath(*drawn)
        path.parent.mkdir(parents=True, exist_ok=True)
        draw(path, colour)
        self._wanted[f"Pictures/{'/'.join(drawn)}"] = drawn

    def _say(self) -> None:
        with Client(self._vault.socket) as client:
            client.call("album.create", {"name": "Album"})
            for number, image in enumerate(self._images.values()):
                one = {"images": [str(image)]}
                client.call("tag", {**one, "tag": f"number {number}"})
                client.call("rate", {**one, "rating": 1 + number % 5})
                client.call("hide", {**one, "query": "dogs"})
                client.call("album.add", {**one, "name": "Album"})

    def step(self, is_first: bool, *, daemon_runs: bool) -> None:
        """Goes every way, its first or its second step, and checks what the daemon found out about it by itself."""
        if not daemon_runs:
            assert self._vault.stop() == 0
        decoded = self._decoded() if daemon_runs else 0
        with opened(self._roots) as read:
            edited = self._go(is_first)
            if not daemon_runs:
                self._vault.start()
            self._wait()
            self._vault.settle(PATIENCE_S)
        assert self._astray() == {}
        made = self._made(edited)
        assert self._decoded() - decoded == len(made), "nothing else was decoded"
        again = {(way, name) for way, name in read if name not in _OPENS.get(way, ())}
        assert not again, f"read again: {sorted(again)[:20]}"
        self._compare(made)
        self._probe()

    def _probe(self) -> None:
        """Every folder is watched, whatever it was called: another name of a picture that appears in it is known."""
        probes = []
        for root in self._roots:
            for folder in [root, *(path for path in root.rglob("*") if path.is_dir())]:
                probes.append(folder / "probe.png")
                os.link(self._roots[0] / "touch/a.png", probes[-1])
        names = [str(probe.relative_to(self._vault.home)) for probe in probes]
        self._wanted |= dict.fromkeys(names, ("touch", "a.png"))
        self._wait()
        for probe, name in zip(probes, names, strict=True):
            probe.unlink()
            del self._wanted[name]
        self._wait()

    def _go(self, is_first: bool) -> dict[str, Drawn]:
        """Does what every way is, and moves the crowd. Returns the paths of what was edited, with what it was."""
        edited = {}
        for way in WAYS:
            deed, after = (way.deed, way.after) if is_first else (way.again, way.at_last)
            if deed is None:
                continue
            starts = [f"{root.name}/{way.name}/" for root in self._roots]
            before = {path: self._wanted.pop(path) for path in list(self._wanted) if path.startswith(tuple(starts))}
            deed(Ground(*(folder / way.name for folder in (*self._roots, self._aside))))
            for name, picture in after.items():
                path = starts[1] + name.removeprefix("other/") if name.startswith("other/") else starts[0] + name
                self._wanted[path] = (way.name, picture)
                if picture == NEW:
                    edited[path] = before[path]
        old, new = self._roots if is_first else reversed(self._roots)
        (old / CROWD).rename(new / CROWD)
        start = f"{old.name}/{CROWD}/"
        for path in [path for path in self._wanted if path.startswith(start)]:
            self._wanted[f"{new.name}/{CROWD}/{path.removeprefix(start)}"] = self._wanted.pop(path)
        return edited

    def _wait(self) -> None:
        try:
            eventually(self._all_is_known, "all is known", PATIENCE_S)
        except AssertionError:
            raise AssertionError(f"path, what is there, what should be: {self._astray()}") from None

    def _all_is_known(self) -> bool:
        time.sleep(LOOK_S)  # whoever reads thousands of rows all the time takes the daemon's core
        return not self._astray()

    def _astray(self) -> dict[str, tuple[int | None, int | None]]:
        """Every path of which the catalog does not say what it should: what it says, and what it should."""
        found = places(self._vault)
        wrong = {}
        for path in found.keys() | self._wanted.keys():
            drawn, image = self._wanted.get(path), found.get(path)
            wanted = None if drawn is None else self._images.get(drawn, 0)
            if wanted == 0 and image is not None and image not in self._images.values():
                continue
            if image != wanted or path not in found:
                wrong[path] = (image, wanted)
        return dict(itertools.islice(wrong.items(), 20))

    def _made(self, edited: dict[str, Drawn]) -> dict[int, int]:
        """The contents that edits made, with what each was; several names of one file hold one."""
        found = places(self._vault)
        return {found[path] or 0: self._images[drawn] for path, drawn in edited.items()}

    def _compare(self, made: dict[int, int]) -> None:
        """What is known of a picture does not change by where it is; an edit has what was said of what it was."""
        now = contents(self._vault)
        assert now.keys() == self._before.keys() | made.keys(), "no content is forgotten, none is there twice"
        for image, known in self._before.items():
            assert now[image] == known
        for new, old in made.items():
            assert now[new].said == now[old].said
            assert now[new].seen != now[old].seen
        self._before = now

    def _decoded(self) -> int:
        decoded: int = self._vault.call("status")["counters"]["decoded"]
        return decoded


_OPENS = {way.name: way.opens for way in WAYS}
