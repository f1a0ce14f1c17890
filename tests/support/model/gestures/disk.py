"""What happens to the files of the library behind the vault's back, and to its daemon."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

from support.model.gestures.kinds import gesture
from support.model.said import Model
from support.model.world import World

FEW, MANY = 3, 9
"""Pictures that stay, and that there are at most."""


def files(m: Model) -> list[tuple[str]]:
    return [(path,) for path in sorted(m.files)]


def _room(m: Model) -> bool:
    return len(m.files) < MANY


@gesture("a new file", lambda m: [()] if _room(m) else [])
def add(w: World, m: Model) -> None:
    number = m.new_picture()
    path = w.new_path()
    (w.library / path).write_bytes(w.picture(number))
    m.files[path] = number
    w.soon = True


@gesture("a file is copied", lambda m: files(m) if _room(m) else [])
def copy(w: World, m: Model, path: str) -> None:
    copied = w.new_path()
    w.do("cp of a file", w.library / path, w.library / copied)
    m.files[copied] = m.files[path]
    w.soon = True


@gesture("a file is renamed", files)
def rename(w: World, m: Model, path: str) -> None:
    renamed = w.new_path()
    w.do("rename", w.library / path, w.library / renamed)
    m.files[renamed] = m.files.pop(path)
    w.soon = True


def _to_spare(m: Model) -> list[tuple[str]]:
    return [(path,) for (path,) in files(m) if len(m.files) > FEW and not m.is_kept(path)]


@gesture("a file is deleted", _to_spare)
def delete(w: World, m: Model, path: str) -> None:
    w.do("rm", w.library / path)
    m.deleted[path] = m.files.pop(path)
    w.soon = True


def _returns(m: Model) -> Iterator[tuple[str, bool]]:
    """Deleted files, each to come back to its place, or to be given to the mount by who has a copy."""
    for path, number in sorted(m.deleted.items()):
        yield path, False
        if number in m.lost and number not in m.said.favourites:
            yield path, True


@gesture("a deleted file comes back", _returns)
def restore(w: World, m: Model, path: str, given: bool) -> None:
    number = m.deleted[path]
    if given:
        file = w.new_file(number)
        w.do("cp", file, w.mount / "favorites" / file.name)
        m.receive(w.in_the_inbox(file), number)
        m.act(lambda s: s.favourites.add(number))
    else:
        (w.library / path).write_bytes(w.picture(number))
        m.files[path] = m.deleted.pop(path)
        w.soon = True


def _edits(m: Model) -> Iterator[tuple[str, bool]]:
    for (path,) in files(m):
        if m.files[path] not in m.deleted.values() and not m.is_kept(path):
            yield path, False
            yield path, True


@gesture("a file is edited", _edits)
def edit(w: World, m: Model, path: str, replaced: bool) -> None:
    """In place, or as most programs do: another file is written, and takes the name."""
    number = m.new_picture()
    if replaced:
        draft = (w.library / path).with_name(f".draft-{number}")
        draft.write_bytes(w.picture(number))
        draft.rename(w.library / path)
    else:
        (w.library / path).write_bytes(w.picture(number))
    m.edit(path, number)
    w.undos.clear()
    w.other.add(Path(path).name)
    w.soon = True


@gesture("the daemon ends and starts", lambda m: [(signal.SIGTERM,), (signal.SIGKILL,)], at_most=2)
def restart(w: World, m: Model, how: signal.Signals) -> None:
    w.restart(how)
