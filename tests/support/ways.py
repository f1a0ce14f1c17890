"""Every way in which files change, as something done to pictures in two watched folders, and what must be there after.

A way owns the folder of its name in both roots. `before` are its pictures, all different; `after` says which of them
each file holds then, or NEW where it was edited. `again` is done once the first deed is known, and leaves `at_last`.
"""

from __future__ import annotations

import ctypes
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from support.ingesting import draw

NEW = ""
"""The content of a file that was edited."""
_EXCHANGE = 2
_HERE = -100
_LIBC = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Ground:
    """Where a way is gone: its folder in the one root and in the other, and one where nobody watches."""

    here: Path
    there: Path
    aside: Path

    def move(self, old: str, new: str) -> None:
        """`other/…` is in the other root, `aside/…` out of the library."""
        self.path(new).parent.mkdir(parents=True, exist_ok=True)
        self.path(old).rename(self.path(new))

    def path(self, name: str) -> Path:
        first, _, rest = name.partition("/")
        elsewhere = {"other": self.there, "aside": self.aside}
        return elsewhere[first] / rest if first in elsewhere else self.here / name


Deed = Callable[[Ground], object]


@dataclass(frozen=True)
class Way:
    """`opens`: names of files whose bytes may be looked at again; those of all others may not.

    A name under which another known picture stands than before is one: it is read, and not decoded.
    """

    name: str
    before: tuple[str, ...]
    deed: Deed
    after: Mapping[str, str]
    opens: tuple[str, ...] = ()
    again: Deed | None = None
    at_last: Mapping[str, str] = field(default_factory=dict)


def _there_and_back(ground: Ground) -> None:
    ground.move("a.png", "b.png")
    ground.move("b.png", "a.png")


def _twice(ground: Ground) -> None:
    ground.move("x", "y")
    ground.move("y", "z")


def _refilled(ground: Ground) -> None:
    """What stands in the old place afterwards is another folder, with another picture of the same name."""
    ground.move("x", "y")
    ground.move("b.png", "x/a.png")


def _swapped(ground: Ground) -> None:
    ground.move("a.png", "spare")
    ground.move("b.png", "a.png")
    ground.move("spare", "b.png")


def _rotated(ground: Ground) -> None:
    """As a swap by a name that may be a picture's, too."""
    ground.move("a.png", "c.png")
    ground.move("b.png", "a.png")
    ground.move("c.png", "b.png")


def _exchanged(one: str, other: str) -> Deed:
    """renameat2(2): both at once, where the file system can."""

    def deed(ground: Ground) -> None:
        names = [os.fsencode(ground.path(name)) for name in (one, other)]
        if _LIBC.renameat2(_HERE, names[0], _HERE, names[1], _EXCHANGE):
            ground.move(one, "spare")
            ground.move(other, one)
            ground.move("spare", other)

    return deed


def _copied(ground: Ground) -> None:
    shutil.copy(ground.path("a.png"), ground.path("other/copy.png"))
    shutil.copytree(ground.path("x"), ground.path("y"))


def _linked(ground: Ground) -> None:
    os.link(ground.path("a.png"), ground.path("b.png"))


def _edited_by_one_name(ground: Ground) -> None:
    draw(ground.path("a.png"), "ivory", (64, 48))


def _relinked(ground: Ground) -> None:
    """As some programs rename."""
    _linked(ground)
    ground.path("a.png").unlink()


def _touched(ground: Ground) -> None:
    os.utime(ground.path("a.png"), ns=(5, 7_000_000_000))
    ground.path("b.png").chmod(0o600)


def _replaced(ground: Ground) -> None:
    """As editors save."""
    draft = ground.path(".a.png.part")
    draw(ground.path("aside/draft.png"), "silver")
    shutil.copy(ground.path("aside/draft.png"), draft)
    draft.replace(ground.path("a.png"))


def _edited(ground: Ground) -> None:
    shutil.copy(ground.path("a.png"), ground.path("aside/a.png"))
    draw(ground.path("a.png"), "white", (64, 48))


def _taken_back(ground: Ground) -> None:
    ground.path("a.png").write_bytes(ground.path("aside/a.png").read_bytes())


def _deleted(ground: Ground) -> None:
    shutil.copy(ground.path("a.png"), ground.path("aside/a.png"))
    shutil.copytree(ground.path("x"), ground.path("aside/x"))
    ground.path("a.png").unlink()
    shutil.rmtree(ground.path("x"))


def _restored(ground: Ground) -> None:
    shutil.copy(ground.path("aside/a.png"), ground.path("a.png"))
    shutil.copytree(ground.path("aside/x"), ground.path("x"))


def _moved(*pairs: str) -> Deed:
    """Of each pair the first becomes the second, in order."""

    def deed(ground: Ground) -> None:
        for old, new in zip(pairs[::2], pairs[1::2], strict=True):
            ground.move(old, new)

    return deed


_FOLDER = ("x/a.png", "x/deep/b.png")

WAYS = (
    Way("rename", ("a.png",), _moved("a.png", "b.png"), {"b.png": "a.png"}),
    Way("rename and back", ("a.png",), _there_and_back, {"a.png": "a.png"}),
    Way("move", ("x/a.png", "y/b.png"), _moved("x/a.png", "y/a.png"), {"y/a.png": "x/a.png", "y/b.png": "y/b.png"}),
    Way("move into a new folder", ("a.png",), _moved("a.png", "new/deep/a.png"), {"new/deep/a.png": "a.png"}),
    Way("rename a folder", _FOLDER, _moved("x", "y"), {"y/a.png": "x/a.png", "y/deep/b.png": "x/deep/b.png"}),
    Way("rename a folder twice", _FOLDER, _twice, {"z/a.png": "x/a.png", "z/deep/b.png": "x/deep/b.png"}),
    Way("refill a folder's name", ("x/a.png", "b.png"), _refilled,
        {"y/a.png": "x/a.png", "x/a.png": "b.png"}, ("a.png",)),
    Way("move a folder", ("x/a.png", "y/b.png"), _moved("x", "y/x"), {"y/x/a.png": "x/a.png", "y/b.png": "y/b.png"}),
    Way("another root", ("a.png",), _moved("a.png", "other/b.png"), {"other/b.png": "a.png"}),
    Way("a folder to another root", _FOLDER, _moved("x", "other/y"),
        {"other/y/a.png": "x/a.png", "other/y/deep/b.png": "x/deep/b.png"}),
    Way("swap", ("a.png", "b.png"), _swapped, {"a.png": "b.png", "b.png": "a.png"}, ("a.png", "b.png")),
    Way("rotate", ("a.png", "b.png"), _rotated, {"a.png": "b.png", "b.png": "a.png"}, ("a.png", "b.png")),
    Way("exchange", ("a.png", "b.png"), _exchanged("a.png", "b.png"),
        {"a.png": "b.png", "b.png": "a.png"}, ("a.png", "b.png")),
    Way("exchange folders", ("x/a.png", "y/a.png"), _exchanged("x", "y"),
        {"x/a.png": "y/a.png", "y/a.png": "x/a.png"}, ("a.png",)),
    Way("move over another", ("a.png", "b.png"), _moved("a.png", "b.png"), {"b.png": "a.png"}, ("b.png",)),
    Way("case", ("a.png", "x/b.png"), _moved("a.png", "A.PNG", "x", "X"), {"A.PNG": "a.png", "X/b.png": "x/b.png"}),
    Way("copy", ("a.png", "x/b.png"), _copied,
        {"a.png": "a.png", "other/copy.png": "a.png", "x/b.png": "x/b.png", "y/b.png": "x/b.png"},
        opens=("a.png", "b.png", "copy.png")),
    Way("hard link", ("a.png",), _linked, {"a.png": "a.png", "b.png": "a.png"}),
    Way("edit one of two names", ("a.png",), _linked, {"a.png": "a.png", "b.png": "a.png"}, ("a.png", "b.png"),
        _edited_by_one_name, {"a.png": NEW, "b.png": NEW}),
    Way("rename by links", ("a.png",), _relinked, {"b.png": "a.png"}),
    Way("touch", ("a.png", "b.png"), _touched, {"a.png": "a.png", "b.png": "b.png"}, opens=("a.png",)),
    Way("replace", ("a.png",), _replaced, {"a.png": NEW}, opens=("a.png", ".a.png.part")),
    Way("edit", ("a.png",), _edited, {"a.png": NEW}, ("a.png",), _taken_back, {"a.png": "a.png"}),
    Way("delete", ("a.png", "x/b.png"), _deleted, {}, ("a.png", "b.png"), _restored,
        {"a.png": "a.png", "x/b.png": "x/b.png"}),
    Way("out and in", ("a.png", "x/b.png"), _moved("x", "aside/x"), {"a.png": "a.png"}, (),
        _moved("aside/x", "other/x"), {"a.png": "a.png", "other/x/b.png": "x/b.png"}),
)  # fmt: skip
"""All of them."""
