"""A selection copied, or linked, into a folder of the disk: only one that the configuration allows."""

from __future__ import annotations

import errno
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import count
from pathlib import Path

import trio
from msgspec import Struct

from vaultipc.errors import DiskFull, Refused
from vaultipc.messages import ItemError
from vaultweb.exporting.items import Item
from vaultweb.exporting.naming import portable
from vaultweb.sending import opened

PIECE = 8 << 20
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW


class Exported(Struct, kw_only=True):
    """`written`: files in the folder now, sidecars not counted; `bytes` of them, 0 of links; `errors`: what is not."""

    folder: str
    written: int
    bytes: int
    errors: list[ItemError]


def allowed_folder(wanted: str, allowed: Sequence[Path]) -> Path:
    """Where `wanted` leads. Raises Refused for what is in none of the allowed folders, whatever links lead there."""
    if not allowed:
        raise Refused(
            "Nothing may be exported to a folder.",
            hint="Name the folder in `[web] export_folders`, and start the gallery again; or download a zip.",
        )
    places = [Path(os.path.realpath(folder)) for folder in allowed]
    place = Path(os.path.realpath(wanted)) if os.path.isabs(wanted) and "\0" not in wanted else None
    if place is None or not any(place.is_relative_to(other) for other in places):
        told = ", ".join(map(str, allowed))
        raise Refused(f"Pictures may only be exported into {told}.", hint="`[web] export_folders` names them.")
    return place


async def exported(wanted: AsyncIterator[Item], folder: Path, *, links: bool) -> Exported:
    """Put each picture there under a name that is free; nothing is ever replaced. Raises DiskFull, Refused."""
    made = Exported(folder=str(folder), written=0, bytes=0, errors=[])
    try:
        await trio.to_thread.run_sync(lambda: folder.mkdir(parents=True, exist_ok=True))
    except OSError as error:
        raise Refused(f"The folder cannot be made: {folder} ({error.strerror}).") from error
    async for item in wanted:
        try:
            name = await (_linked(item, folder) if links else _copied(item, folder, made))
            made.written += 1
            if item.sidecar:
                await trio.to_thread.run_sync(_write_new, folder / f"{name}.xmp", item.sidecar)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise DiskFull(
                    f"The disk of {folder} is full; {made.written} pictures are there.", hint="Make room, then go on."
                ) from error
            made.errors.append(ItemError(item=item.id, message=f"{item.name}: {error.strerror or error}"))
    return made


async def _linked(item: Item, folder: Path) -> str:
    if item.path is None:
        raise FileNotFoundError(errno.ENOENT, "it is not there now")
    return await trio.to_thread.run_sync(_link, item.path, item.name, folder)


def _link(path: bytes, name: str, folder: Path) -> str:
    for candidate in _free(name):
        try:
            os.symlink(path, os.fsencode(folder / candidate))
            return candidate
        except FileExistsError:
            continue
    raise AssertionError("there is always another name")


async def _copied(item: Item, folder: Path, made: Exported) -> str:
    """Half a copy does not stay."""
    if item.path is None:
        raise FileNotFoundError(errno.ENOENT, "it is not there now")
    source = await opened(item.path)
    try:
        name, target = await trio.to_thread.run_sync(_created, folder, item.name)
        try:
            while copied := await trio.to_thread.run_sync(_copy_piece, source.descriptor, target):
                made.bytes += copied
            os.utime(target, ns=(source.status.st_atime_ns, source.status.st_mtime_ns))
        except BaseException:
            os.unlink(folder / name)
            raise
        finally:
            os.close(target)
    finally:
        source.close()
    return name


def _created(folder: Path, name: str) -> tuple[str, int]:
    for candidate in _free(name):
        try:
            return candidate, os.open(folder / candidate, _NEW, 0o644)
        except FileExistsError:
            continue
    raise AssertionError("there is always another name")


def _free(name: str) -> Iterator[str]:
    """Names that may be free; whoever makes the file finds out."""
    plain = portable(name)
    stem, ending = os.path.splitext(plain)
    yield plain
    yield from (f"{stem} ({number}){ending}" for number in count(2))


def _copy_piece(source: int, target: int) -> int:
    """Bytes copied, 0 at the end. The kernel copies, and shares blocks where the file system can."""
    try:
        return os.copy_file_range(source, target, PIECE)
    except OSError as error:
        if error.errno not in (errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP):
            raise
    return os.sendfile(target, source, None, PIECE)


def _write_new(path: Path, data: bytes) -> None:
    """Never over a file that is there: its picture has a name of its own, and so has this."""
    descriptor = os.open(path, _NEW, 0o644)
    with open(descriptor, "wb") as file:
        file.write(data)
