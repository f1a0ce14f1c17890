"""The life of `vvault up`: daemon, folders, mount, progress, until a signal; then mount and daemon end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import trio
from msgspec import Struct

from vaultd.app.up import folders
from vaultd.app.up.child import Child, running
from vaultd.app.up.progress import progress
from vaultd.app.up.wishes import Wishes
from vaultd.cli import references
from vaultd.cli.quantities import count
from vaultd.cli.screen import Screen, printable
from vaultipc.client import connect
from vaultipc.errors import EXIT_DONE, DaemonAway
from vaultipc.messages import Hello, Roots, Status

POLL_S = 0.5
DAEMON_PATIENCE_S = 30.0
MOUNT_PATIENCE_S = 10.0


def run(wishes: Wishes, screen: Screen) -> int:
    """Run until SIGINT, SIGTERM or SIGHUP; 0 then. Raises a group with the UserError that ended it before."""
    trio.run(_until_signalled, _Session(wishes, screen))
    return EXIT_DONE


async def _until_signalled(session: _Session) -> None:
    with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM, signal.SIGHUP) as signals:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(session.live)
            async for number in signals:
                session.tell(f"{signal.Signals(number).name}: ending …")
                nursery.cancel_scope.cancel()
                break


class _Session:
    def __init__(self, wishes: Wishes, screen: Screen) -> None:
        self._wishes = wishes
        self._screen = screen

    def tell(self, text: str) -> None:
        if not self._screen.quiet:
            self._screen.line(text)

    async def live(self) -> None:
        """Everything, in order; never returns by itself."""
        async with self._daemon() as daemon:
            await self._add_folders()
            async with self._mount() as mount, trio.open_nursery() as nursery:
                for child in (daemon, mount):
                    if child is not None:
                        nursery.start_soon(self._keep, child)
                nursery.start_soon(self._show_progress)

    async def _keep(self, child: Child) -> None:
        await child.keep(self.tell)
        self.tell(f"The {child.name} was ended from outside; Ctrl-C ends the rest.")

    # ---- the daemon ------------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def _daemon(self) -> AsyncIterator[Child | None]:
        """Our daemon, or None if one was there already; that one is left running."""
        if await self._answers():
            self.tell(f"A daemon is already running on {self._wishes.socket}; it is used, and goes on afterwards.")
            yield None
            return
        self.tell("Starting the daemon …")
        child = Child("daemon", self._wishes.vvault("daemon"), self._log("daemon"), DAEMON_PATIENCE_S)
        async with running(child):
            yield child

    async def _answers(self) -> bool:
        try:
            hello: Hello = await self._ask("hello")
        except DaemonAway:
            return False
        return bool(hello.version)

    async def _ask(self, method: str, params: Struct | dict[str, Any] | None = None) -> Any:
        async with connect(self._wishes.socket) as client:
            return await client.call(method, params)

    # ---- the folders -----------------------------------------------------------------------------------------------

    async def _add_folders(self) -> None:
        chosen = [*self._wishes.folders, *([await self._demo()] if self._wishes.demo else [])]
        if not chosen:
            roots: Roots = await self._ask("roots")
            chosen = [] if roots.roots else await self._usual_folders()
        if chosen:
            await self._ask("add", references.several("paths", chosen))
            for folder in chosen:
                self.tell(f"Watching {printable(folder)}")

    async def _usual_folders(self) -> list[bytes]:
        found = await trio.to_thread.run_sync(folders.pictures_folder, abandon_on_cancel=True)
        if found is None:
            self.tell("There are no pictures in your pictures folder: a demo library is shown instead.")
            return [await self._demo()]
        if self._wishes.ask and not await self._agreed(f"Watch {printable(bytes(found))}?"):
            self.tell("Nothing is watched yet: add a folder with `vvault add FOLDER`.")
            return []
        return [bytes(found)]

    async def _demo(self) -> bytes:
        self.tell(f"The demo library is in {self._wishes.demo_folder}")
        return bytes(await folders.demo_folder(self._wishes))

    async def _agreed(self, question: str) -> bool:
        def answered() -> str:
            sys.stderr.write(f"{question} [Y/n] ")
            sys.stderr.flush()
            return sys.stdin.readline()

        answer = await trio.to_thread.run_sync(answered, abandon_on_cancel=True)
        return answer.strip().lower() in ("", "y", "yes")

    # ---- the mount -------------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def _mount(self) -> AsyncIterator[Child | None]:
        """Our mount, or None if none is wanted or one is there."""
        place = self._wishes.mountpoint
        if place is None or await self._is_mounted(place):
            yield None
            return
        child = Child("mount", self._mount_command(place), self._log("mount"), MOUNT_PATIENCE_S)
        try:
            async with running(child):
                self.tell(f"Mounted at {printable(place)}")
                yield child
        finally:
            if child.crashed:
                with trio.CancelScope(shield=True):
                    await _clear(place)

    def _mount_command(self, place: bytes) -> list[str | bytes]:
        return [*self._wishes.vvault("mount"), place]

    async def _is_mounted(self, place: bytes) -> bool:
        status: Status = await self._ask("status")
        if not any(os.fsencode(mount.path) == place for mount in status.mounts):
            return False
        self.tell(f"Already mounted at {printable(place)}")
        return True

    def _log(self, name: str) -> Any:
        return None if self._wishes.verbose else self._wishes.logs / f"{name}.log"

    # ---- the show --------------------------------------------------------------------------------------------------

    async def _show_progress(self) -> None:
        """Show what is being read whenever something is; greet when all was read for the first time."""
        bar, busy, greeted = progress(self._screen), True, False
        try:
            while True:
                status = await self._status()
                if status is not None and status.pending:
                    bar.update(status)
                    busy = True
                elif status is not None and busy:
                    bar.done()
                    self._tell_result(status, greet=not greeted)
                    busy, greeted = False, True
                await trio.sleep(POLL_S)
        finally:
            bar.done()

    async def _status(self) -> Status | None:
        """The daemon's state; None while it is away, which whoever keeps it reports."""
        try:
            found: Status = await self._ask("status")
        except DaemonAway:
            return None
        return found

    def _tell_result(self, status: Status, greet: bool) -> None:
        self.tell(f"{count(status.images, 'picture')} searchable" + _unread(status))
        if not greet:
            return
        place = self._wishes.mountpoint
        if place is not None:
            shown = printable(place)
            self.tell(f'Try:  ls "{shown}/search/red car"    (any words; open it in your file manager)')
            self.tell(f'      mkdir "{shown}/tags/pets"      (then copy or link pictures into it)')
        self.tell(("Try:  " if place is None else "      ") + "vvault search red car")
        self.tell("Ctrl-C ends it; nothing is lost.")


def _unread(status: Status) -> str:
    return f", {count(status.failed, 'file')} could not be read: `vvault failed` says why" if status.failed else ""


async def _clear(place: bytes) -> None:
    """Take away the mount of a process that could not do it itself. If it is gone already, fusermount3 complains."""
    await trio.run_process(["fusermount3", "-u", "-z", place], check=False, stderr=subprocess.DEVNULL)
