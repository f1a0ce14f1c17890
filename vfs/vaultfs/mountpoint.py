"""The folder to mount on: old mounts that died there are cleared, and nothing of the user's is ever covered."""

from __future__ import annotations

import errno
import itertools
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import trio

from vaultipc.codec import exact
from vaultipc.errors import Held, Refused
from vaultipc.messages import RootInfo

FILE_SYSTEM = b"fuse.vvault"
_PATIENCE = 3.0
_OWN_PLACE = "Mount elsewhere: set `mount.path` in the configuration, or `vvault mount DIR`."
_OCTAL = re.compile(rb"\\([0-7]{3})")


@dataclass(frozen=True, slots=True)
class Mounted:
    """A line of /proc/self/mountinfo: where, and which kind of file system."""

    place: bytes
    kind: bytes


def mounted_at(place: bytes) -> list[Mounted]:
    """Return what is mounted exactly at `place`, the topmost last. Format: proc(5), /proc/PID/mountinfo."""
    found = []
    for line in Path("/proc/self/mountinfo").read_bytes().splitlines():
        fields = line.split(b" ")
        where = _OCTAL.sub(lambda match: bytes([int(match[1], 8)]), fields[4])
        if where == place:
            found.append(Mounted(where, fields[fields.index(b"-") + 1]))
    return found


def settled(place: bytes) -> bytes:
    """Return `place` as an absolute path whose parent has no links. The last part is left: it may be a dead mount."""
    place = os.path.abspath(place)
    return os.path.join(os.path.realpath(os.path.dirname(place)), os.path.basename(place))


async def prepare(place: bytes) -> list[bytes]:
    """Make `place` an empty folder with nothing mounted on it; Refused or Held says what is in the way.

    Return the folders that were made for that, the innermost first.
    """
    await _clear(place)
    made = _not_there(place)
    try:
        os.makedirs(place, mode=0o755, exist_ok=True)
        names = os.listdir(place)
    except OSError as error:
        raise Refused(f"{_shown(place)} cannot be mounted on: {error.strerror}", hint=_OWN_PLACE) from None
    if names:
        raise Refused(f"{_shown(place)} is not empty; the vault would hide what is in it.", hint=_elsewhere(place))
    return made


def take_back(made: list[bytes]) -> None:
    """Remove the folders that `prepare` made, those that are still empty."""
    for folder in made:
        try:
            os.rmdir(folder)
        except OSError:
            return  # somebody uses it: it stays, and so does what is above


def _not_there(place: bytes) -> list[bytes]:
    found = []
    while not os.path.lexists(place):
        found.append(place)
        place = os.path.dirname(place)
    return found


def check_outside(place: bytes, roots: list[RootInfo]) -> None:
    """Raise Refused if `place` lies in a watched folder: the vault would find its own entries there.

    A folder that is away holds nothing: nobody's vault stays shut for want of a drive.
    """
    for root in roots:
        if root.state == "offline":
            continue
        watched = os.path.realpath(exact(root.path, root.path_b64))
        if os.path.commonpath([watched, os.path.realpath(place)]) == watched:
            raise Refused(
                f"{_shown(place)} lies inside {root.path}, a folder that is watched for pictures.",
                hint=_OWN_PLACE,
            )


def unmount(place: bytes) -> None:
    """Take the topmost mount at `place` away, even if it is in use or its process is gone."""
    program = shutil.which("fusermount3") or shutil.which("fusermount") or "fusermount3"
    done = subprocess.run([program, "-u", "-z", "--", place], capture_output=True, check=False, timeout=10)
    if done.returncode != 0 and mounted_at(place):
        said = done.stderr.decode(errors="replace").strip()
        raise Held(f"The old mount at {_shown(place)} cannot be removed: {said}", hint=_elsewhere(place))


async def _clear(place: bytes) -> None:
    """Remove dead mounts; they may lie on top of each other. exists() and ismount() still answer True on a dead one."""
    while mounts := mounted_at(place):
        top = mounts[-1]
        if await _answers(place):
            if top.kind == FILE_SYSTEM:
                raise Held(f"A vault is mounted at {_shown(place)} already.", hint="Stop it first, or mount elsewhere.")
            return  # a disk of the user's: a folder like any other
        await trio.to_thread.run_sync(unmount, place)


async def _answers(place: bytes) -> bool:
    """Return whether the file system at `place` is alive; one that stays silent is taken for alive but stuck."""
    with trio.move_on_after(_PATIENCE) as patience:
        try:
            await trio.to_thread.run_sync(os.listdir, place, abandon_on_cancel=True)
        except OSError as error:
            return error.errno not in (errno.ENOTCONN, errno.ECONNABORTED)
    if patience.cancelled_caught:
        raise Held(f"What is mounted at {_shown(place)} does not answer.", hint=f"fusermount3 -uz {_shown(place)}")
    return True


def _elsewhere(place: bytes) -> str:
    """Return a hint that names a place where mounting would work."""
    for number in itertools.count(2):
        candidate = b"%s-%d" % (place.rstrip(b"/"), number)
        if not os.path.lexists(candidate):
            free = _shown(candidate)
            return (
                f"{free} is free: set `mount.path` in the configuration (VVAULT_MOUNT_PATH), or `vvault mount {free}`."
            )
    raise AssertionError("count() does not end")


def _shown(place: bytes) -> str:
    return place.decode(errors="replace")
