"""Gestures that make no sense: each ends with the errno that docs/filesystem.md names, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from support.model.gestures import albums, tagging
from support.model.gestures.kinds import gesture
from support.model.said import Model, is_within
from support.model.world import World


@gesture("what a tag cannot be", lambda m: ((tag,) for tag in sorted(m.said.tags)))
def of_tags(w: World, m: Model, tag: str) -> None:
    place = w.mount / "tags" / tag
    w.refuse("EEXIST", "mkdir", place)
    w.refuse("EISDIR", "rm", place)
    w.refuse("EINVAL", "rename", place, place / "x")
    w.refuse("EPERM", "rename", place, w.mount / "saved" / "a tag")


@gesture("rmdir of a used tag", lambda m: ((tag,) for tag in sorted(m.said.tags) if not m.is_free(tag)))
def remove_used(w: World, m: Model, tag: str) -> None:
    w.refuse("ENOTEMPTY", "rmdir", w.mount / "tags" / tag)


def _onto(m: Model) -> Iterator[tuple[str, str]]:
    for old in sorted(m.said.tags):
        for new in sorted(m.said.tags):
            if not is_within(old, new) and not is_within(new, old) and not m.is_free(new):
                yield old, new


@gesture("mv of a tag onto a used one", _onto)
def rename_onto(w: World, m: Model, old: str, new: str) -> None:
    w.refuse("ENOTEMPTY", "rename", w.mount / "tags" / old, w.mount / "tags" / new)


@gesture("a picture in a tag is renamed or written", tagging.tagged)
def touch_entry(w: World, m: Model, number: int, tag: str) -> None:
    entry = w.entry(f"tags/{tag}", number)
    w.refuse("EPERM", "rename", entry, entry.with_name("another name.png"))
    w.refuse("EPERM", "rename", entry, w.mount / "tags" / "at the top.png")
    w.refuse("EPERM", "rename", entry, w.mount / "saved" / "no search")
    w.refuse("EROFS", "write", entry, "x")
    w.refuse("EROFS", "cp", w.new_file(number), entry)
    w.refuse("EEXIST", "ln -s", w.library / next(iter(m.files)), entry)
    w.refuse("EPERM", "ln", entry, entry.with_name("hard link"))
    w.refuse("EINVAL", "setfattr", entry, "a\ttag")


@gesture("what is no picture into a tag", lambda m: ((tag,) for tag in sorted(m.said.tags)))
def no_picture(w: World, m: Model, tag: str) -> None:
    place = w.mount / "tags" / tag
    w.refuse("EINVAL", "cp", w.outside / "text", place / "text.png")
    w.refuse("EINVAL", "cp, by a file manager", w.outside / "text", place / "text.png")
    w.refuse("EINVAL", "mv", w.outside / "text", place / "text.png")
    w.refuse("ENOENT", "ln -s", w.outside / "text", place / "text.png")
    w.refuse("EINVAL", "ln -s", w.mount / "tags", place / "text.png")
    w.refuse("ENOENT", "rm", place / "nothing")
    assert (w.outside / "text").exists()


@gesture("what an album cannot be", lambda m: ((album,) for album in sorted(m.said.albums)))
def of_albums(w: World, m: Model, album: str) -> None:
    place = w.mount / "albums" / album
    w.refuse("EEXIST", "mkdir", place)
    w.refuse("EPERM", "mkdir", place / "nested")
    w.refuse("EPERM", "rename", place, w.mount / "tags" / "an album")
    w.refuse("EPERM", "rename", place, w.mount / "favorites" / "an album")
    w.refuse("EINVAL", "cp", w.outside / "text", place / "text.png")
    w.refuse("EISDIR", "rm", place)
    if (album,) not in albums.empty(m):
        w.refuse("ENOTEMPTY", "rmdir", place)


@gesture("what a saved search cannot be", lambda m: ((name,) for name in sorted(m.said.saved)))
def of_saved(w: World, m: Model, name: str) -> None:
    place = w.mount / "saved" / name
    w.refuse("EEXIST", "mkdir", place)
    w.refuse("EISDIR", "rm", place)
    w.refuse("EROFS", "mkdir", place / "nested")
    w.refuse("EINVAL", "write", place / ".query", '"open')
    w.refuse("EPERM", "rename", place, w.mount / "tags" / "a search")


@gesture("what results cannot be", lambda m: ((one,) for one in m.shown if m.said.verdicts.get(one) != "hide"))
def of_results(w: World, m: Model, number: int) -> None:
    results = w.results()
    entry = w.entry(results, number)
    w.refuse("EROFS", "cp", w.new_file(number), w.mount / results / "copy.png")
    w.refuse("EROFS", "mkdir", w.mount / results / "folder")
    w.refuse("EPERM", "rename", entry, entry.with_name("another name.png"))
    w.refuse("EEXIST", "ln -s", w.library / next(iter(m.files)), entry)
    w.refuse("EROFS", "rm", entry.parent / ".all" / entry.name)
    w.refuse("ENOENT", "rm", entry.with_name("999 nothing"))
    w.refuse("EEXIST", "mkdir", w.mount / "search" / "anything")


@gesture("what the daemon refuses", lambda m: [()])
def over_the_socket(w: World, m: Model) -> None:
    w.denied("tags.rename", name="no tag", to="another")
    w.denied("tags.delete", tag="no tag")
    w.denied("tags.create", tag="auto/mine")
    w.denied("album.rename", name="no album", to="another")
    w.denied("save", name="broken", query='"open')
    w.denied("undo", action="999999999")
    w.denied("hide", query="", images=list(w.images.values())[:1])
