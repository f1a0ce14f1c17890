"""The desktop's trash: files are moved there, so that any file manager shows them and puts them back, and so do we.

Format: freedesktop.org's Trash specification 1.0. What lies on the file system of the home trash goes there, anything
else into the trash of its own file system, `.Trash/UID` or `.Trash-UID` at its top. Nothing is ever copied, so a file
is either at its place or in the trash, whole, with its times and attributes; and nothing that lies there is replaced.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote_from_bytes

from vaultipc.errors import Conflict, NotFound, Refused, UserError

_MODE = 0o700
_TRIES = 10_000
"""Names that are tried before giving up: so many files of one name are in no trash."""


class Move(NamedTuple):
    """A file's way: absolute paths of its place and of what it is called in the trash, and of the note beside it."""

    place: bytes
    held: bytes
    note: bytes


def home_trash() -> bytes:
    """The user's own trash, $XDG_DATA_HOME/Trash."""
    data = Path(os.environ.get("XDG_DATA_HOME", ""))
    data = data if data.is_absolute() else Path.home() / ".local/share"
    return os.fsencode(data / "Trash")


def reserved(place: bytes, top: bytes) -> Move:
    """Takes a name in the trash for the file at `place`, on a file system mounted at `top`, and notes where it was.

    The file stays where it is until `put`. Raises Refused where there can be no trash.
    """
    for trash, is_home in _trashes(place, top):
        with suppress(OSError):
            for name in ("files", "info"):
                os.makedirs(os.path.join(trash, os.fsencode(name)), _MODE, exist_ok=True)
            return _noted(place, trash, place if is_home else os.path.relpath(place, top))
    raise Refused(
        f"{_shown(place)} cannot be moved to a trash: its file system has none, and none can be made there",
        hint="delete it yourself, if you are sure",
    )


def given_up(move: Move) -> None:
    """Frees the name of a file that is not in the trash."""
    if not os.path.lexists(move.held):
        with suppress(FileNotFoundError):
            os.unlink(move.note)


def put(move: Move, known: os.stat_result) -> None:
    """Moves a file that has this status to its reserved name. Raises UserError if that fails; then it has not moved."""
    with _told(move.place, "moved to the trash"):
        os.rename(move.place, move.held)
    found = os.lstat(move.held)
    if (found.st_ino, found.st_size, found.st_mtime_ns) != (known.st_ino, known.st_size, known.st_mtime_ns):
        _rename_new(move.held, move.place)
        raise Conflict(f"{_shown(move.place)} was changed this very moment")


def can_return(move: Move) -> None:
    """Raises what `bring_back` would raise, as far as that can be told before."""
    at_place, is_held = os.path.lexists(move.place), os.path.lexists(move.held)
    if not is_held and not at_place:
        raise NotFound(f"{_shown(move.place)} is not in the trash any more")
    if is_held and at_place and not os.path.samefile(move.held, move.place):
        raise Conflict(f"{_shown(move.place)} stays in the trash: there is another file in its place by now")


def bring_back(move: Move) -> None:
    """Moves a file back to its place; one that is there already, and not in the trash, stays.

    Raises NotFound if it is in neither, Conflict if something else lies in its place, UserError if it cannot be moved.
    """
    can_return(move)
    if not os.path.lexists(move.held):
        return
    with _told(move.place, "brought back"):
        os.makedirs(os.path.dirname(move.place), exist_ok=True)
        if os.path.lexists(move.place):  # a link of it: somebody was interrupted here
            os.unlink(move.held)
        else:
            _rename_new(move.held, move.place)
    given_up(move)


def _noted(place: bytes, trash: bytes, told: bytes) -> Move:
    """Writes the note, whose name is the reservation."""
    folder, name = os.path.join(trash, b"info"), os.path.basename(place)
    stem, suffix = os.path.splitext(name)
    now = datetime.now().replace(microsecond=0).isoformat()
    text = f"[Trash Info]\nPath={quote_from_bytes(told)}\nDeletionDate={now}\n".encode()
    for number in range(1, _TRIES):
        wanted = name if number == 1 else b"%s.%d%s" % (stem[: 255 - len(suffix) - 16], number, suffix)
        held, note = os.path.join(trash, b"files", wanted), os.path.join(folder, wanted + b".trashinfo")
        if os.path.lexists(held):
            continue
        try:
            file = os.open(note, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except FileExistsError:
            continue
        with open(file, "wb") as writing:
            writing.write(text)
            writing.flush()
            os.fsync(writing.fileno())
        return Move(place, held, note)
    raise FileExistsError(trash)


def _trashes(place: bytes, top: bytes) -> Iterator[tuple[bytes, bool]]:
    """The trashes that a file may go to, the best first, and whether it is the home trash."""
    device, home, user = os.lstat(place).st_dev, home_trash(), b"%d" % os.getuid()
    if device == _device(home):
        yield home, True
        return
    shared = os.path.join(top, b".Trash")
    with suppress(OSError):
        mode = os.lstat(shared).st_mode
        if stat.S_ISDIR(mode) and mode & stat.S_ISVTX:  # the specification's conditions; a link may lead anywhere
            yield os.path.join(shared, user), False
    own = os.path.join(top, b".Trash-" + user)
    if not os.path.islink(own):
        yield own, False


def _device(folder: bytes) -> int:
    """Where a folder is, or would be made."""
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    return os.stat(folder).st_dev


def _rename_new(old: bytes, new: bytes) -> None:
    """Renames where nothing may be replaced. Raises FileExistsError.

    A link first, which never replaces anything; what has no links (FAT) is looked at once more before.
    """
    try:
        os.link(old, new, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError:
        if os.path.lexists(new):
            raise FileExistsError(new) from None
        os.rename(old, new)
    else:
        os.unlink(old)


@contextmanager
def _told(place: bytes, what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UserError(f"{_shown(place)} cannot be {what}: {error.strerror}") from error


def _shown(path: bytes) -> str:
    return path.decode("utf-8", "replace")
