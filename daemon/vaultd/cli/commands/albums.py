"""Albums: list, show, create, rename, delete, add, remove, move."""

from __future__ import annotations

from vaultd.cli import references
from vaultd.cli.call import Answer, Call
from vaultd.cli.command import NUL, Command, Flag, Word
from vaultd.cli.commands.changes import change, one_change
from vaultd.cli.commands.pictures import IMAGES, MATCHING, pictures
from vaultd.cli.commands.searching import show_hits
from vaultd.cli.screen import Screen

NAME = Word("name", "NAME", "The name of an album.", names="album")


def albums(call: Call) -> int:
    def show(screen: Screen, answer: Answer) -> None:
        screen.table(("album", ">pictures"), ([album["name"], str(album["count"])] for album in answer["albums"]))

    return call.answer("album.list", None, show)


def show(call: Call) -> int:
    def pictures_of(screen: Screen, answer: Answer) -> None:
        show_hits(screen, answer["hits"])

    return call.answer("album.show", {"name": references.query([call.options.name])}, pictures_of)


def create(call: Call) -> int:
    return one_change(call, "album.create", name=call.options.name)


def rename(call: Call) -> int:
    return one_change(call, "album.rename", name=call.options.name, to=call.options.to)


def delete(call: Call) -> int:
    return one_change(call, "album.delete", name=call.options.name, force=call.options.force)


def add(call: Call) -> int:
    return change(call, "album.add", {**_inside(call), **_before(call)})


def remove(call: Call) -> int:
    return change(call, "album.remove", _inside(call))


def move(call: Call) -> int:
    return change(call, "album.move", {**_inside(call), **_before(call)})


def _inside(call: Call) -> Answer:
    return {"name": references.query([call.options.name]), **pictures(call)}


def _before(call: Call) -> Answer:
    if call.options.before is None:
        return {}
    return references.one("before", references.image(call.options.before))


_BEFORE = Flag("before", "Before this picture of the album; else to the end.", metavar="IMAGE")

COMMANDS = (
    Command("album", "List the albums.", albums, (), "album.list"),
    Command("album list", "The same as `album`.", albums, (), "album.list"),
    Command("album show", "List the pictures of an album, in its order.", show, (NAME, NUL), "album.show"),
    Command("album create", "Make an album with no pictures yet.", create,
            (Word("name", "NAME", "The name of a new album."),), "album.create"),
    Command("album rename", "Rename an album.", rename, (NAME, Word("to", "NEW", "The new name.")), "album.rename"),
    Command("album delete", "Delete an album; its pictures stay.", delete,
            (NAME, Flag("force", "Also if pictures are in it; `vvault undo` brings it back.")), "album.delete"),
    Command("album add", "Put pictures into an album, which is made if there is none.", add,
            (NAME, IMAGES, MATCHING, _BEFORE), "album.add"),
    Command("album remove", "Take pictures out of an album; they stay in the library.", remove,
            (NAME, IMAGES, MATCHING), "album.remove"),
    Command("album move", "Move pictures within an album.", move, (NAME, IMAGES, MATCHING, _BEFORE), "album.move"),
)  # fmt: skip
