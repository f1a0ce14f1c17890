"""`python -m vaultfs MOUNTPOINT --socket PATH`: mount the tree and answer until SIGTERM, SIGINT or an unmount."""

from __future__ import annotations

import argparse
import ctypes
import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import get_args

import msgspec
import trio

from vaultfs import backend
from vaultfs.access import Access, Share, check_sharing
from vaultfs.device import check_device
from vaultfs.faults import Unavailable
from vaultfs.link import Link
from vaultfs.mountpoint import check_outside, prepare, settled, take_back
from vaultfs.speaking import configure, is_to_a_person, tell_ready
from vaultfs.tree.root import plant
from vaultfs.tree.tree import Tree
from vaultfs.users import User, told, users
from vaultipc.errors import EXIT_BUG, EXIT_DONE, UserError
from vaultipc.messages import MountParams, Roots
from vaultipc.running import marked

log = logging.getLogger("vaultfs")

_M_MMAP_THRESHOLD = -3
_LARGE = 128 * 1024

_LOOK = 2.0
"""Seconds for finding out who is in the mount, before it is taken away."""


def main() -> int:
    """Return the exit code of the command line's table."""
    arguments = parser().parse_args()
    person = not arguments.json and is_to_a_person(arguments.ready_fd, arguments.log_level)
    configure(arguments.log_level, person=person)
    return_memory()
    try:
        with marked(arguments.socket, "mount"):
            trio.run(run, arguments, person)
    except Exception as error:
        return report(error, json=arguments.json)
    return EXIT_DONE


def return_memory() -> None:
    """Have what a large answer took given back to the system at once: mallopt(3), where the C library has it.

    Left alone, glibc takes the first large block that is freed as a sign that more will be wanted, and keeps them.
    """
    tune = getattr(ctypes.CDLL(None), "mallopt", None)
    if tune is not None:
        tune(_M_MMAP_THRESHOLD, _LARGE)


def report(error: Exception, *, json: bool = False) -> int:
    """Tell the user what they can mend, log the rest with its traceback; return the exit code."""
    code = EXIT_BUG
    for cause in _flat(error):
        if not isinstance(cause, UserError):
            log.error("the file system ended with a bug", exc_info=cause)
            return EXIT_BUG
        if json:
            return _report_json(cause)
        sys.stderr.write("".join(f"{line}\n" for line in (f"vvault: {cause.message}", cause.hint) if line))
        code = cause.exit_code
    return code


def _report_json(error: UserError) -> int:
    """Print the error as every command does with `--json`: one object, on stdout."""
    told = {"error": {"code": error.code, "message": error.message, "hint": error.hint}}
    sys.stdout.buffer.write(msgspec.json.encode(told) + b"\n")
    return error.exit_code


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(prog="vaultfs", description="Mount the vault.")
    made.add_argument("mountpoint", type=os.fsencode)
    made.add_argument("--socket", type=Path, required=True, help="the daemon's socket")
    made.add_argument("--backend", choices=["auto", "pyfuse3", "fusepy"], default="auto")
    made.add_argument("--entries", choices=["symlink", "file"], default="symlink", help="what an entry is")
    made.add_argument("--share", choices=get_args(Share), default="none", help="who else gets in")
    made.add_argument("--allow-other", action="store_true", help="let in programs of others that act for the owner")
    made.add_argument("--portable-names", action="store_true", help="show names as Windows can hold them")
    made.add_argument("--ready-fd", type=int, help="write `ready` to this descriptor once mounted (default: stdout)")
    made.add_argument("--until-fd", type=int, help="end when nobody holds the other end of this pipe")
    made.add_argument("--json", action="store_true", help="tell an error as a JSON object on stdout")
    made.add_argument("--log-level", choices=["debug", "info", "warning", "error"], default="info")
    return made


async def run(arguments: argparse.Namespace, person: bool) -> None:
    """Mount and serve until told to stop; when this returns the mount is gone, and so are folders made for it.

    `person`: somebody watches in a terminal.
    """
    place = settled(arguments.mountpoint)
    check_device()
    access = Access(arguments.share, arguments.allow_other)
    check_sharing(access)
    made = await prepare(place)
    try:
        await _serve(arguments, place, access, person)
    finally:
        take_back(made)


async def _serve(arguments: argparse.Namespace, place: bytes, access: Access, person: bool) -> None:
    chosen = backend.chosen(arguments.backend)
    announcement = MountParams(
        path=place.decode(errors="replace"), backend=chosen.NAME, entries=arguments.entries, pid=os.getpid()
    )
    link = Link(arguments.socket, announcement)
    tree = plant(link, place, as_files=arguments.entries == "file", portable=arguments.portable_names, access=access)
    async with trio.open_nursery() as nursery:
        await nursery.start(link.serve)
        await link.attempted.wait()
        await _check_roots(link, place)
        await nursery.start(tree.serve)
        nursery.start_soon(_until_signalled, place, nursery.cancel_scope)
        if arguments.until_fd is not None:
            nursery.start_soon(_until_left, arguments.until_fd, place, nursery.cancel_scope)
        await nursery.start(_mounted, chosen, tree, nursery.cancel_scope)
        tell_ready(arguments.ready_fd, place, person=person, connected=link.connected)
    log.info("unmounted")


async def _mounted(
    chosen: backend.Backend, tree: Tree, scope: trio.CancelScope, *, task_status: trio.TaskStatus[None]
) -> None:
    """Serve the mount; when it was unmounted from outside, end the process."""
    await chosen.serve(tree, task_status=task_status)
    scope.cancel()


async def _until_signalled(place: bytes, scope: trio.CancelScope) -> None:
    with trio.open_signal_receiver(signal.SIGTERM, signal.SIGINT, signal.SIGHUP) as signals:
        async for number in signals:
            await _leave(f"{signal.Signals(number).name}: unmounting …", place, scope)
            return


async def _until_left(until_fd: int, place: bytes, scope: trio.CancelScope) -> None:
    await trio.lowlevel.wait_readable(until_fd)  # the end of a pipe into which nothing is written
    await _leave("whoever started this mount is gone: unmounting …", place, scope)


async def _leave(why: str, place: bytes, scope: trio.CancelScope) -> None:
    log.info("%s", why)
    with trio.move_on_after(_LOOK):
        _tell_users(place, await trio.to_thread.run_sync(users, place, abandon_on_cancel=True))
    scope.cancel()


def _tell_users(place: bytes, found: list[User]) -> None:
    """Say who is in the mount: it goes all the same, for whoever ends it must not wait for others."""
    if not found:
        return
    used = f"{place.decode(errors='replace')} is still in use: {told(found)}."
    with suppress(OSError):  # the terminal was closed, and that is why we end
        sys.stderr.write(
            f"vvault: {used} It is unmounted all the same; what they do there fails until they leave it.\n"
        )


async def _check_roots(link: Link, place: bytes) -> None:
    """Refuse a place among the pictures."""
    if not link.connected:
        return
    try:
        roots: Roots = await link.call("roots")
    except Unavailable:
        return
    check_outside(place, roots.roots)


def _flat(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _flat(inner)
    else:
        yield error


if __name__ == "__main__":
    raise SystemExit(main())
