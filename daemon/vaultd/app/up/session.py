"""The life of `vvault up`: daemon, folders, mount, gallery, progress, until a signal; then they end in reverse."""

from __future__ import annotations

import signal
import sys
from contextlib import suppress
from pathlib import Path

import trio

from vaultd.app.up import folders
from vaultd.app.up.daemon import Daemon
from vaultd.app.up.mount import Mount
from vaultd.app.up.part import hold
from vaultd.app.up.talk import Talk
from vaultd.app.up.web import Web
from vaultd.app.up.wishes import Wishes
from vaultd.cli import references
from vaultd.cli.invocation import spelled, to_this
from vaultd.cli.quantities import count
from vaultd.cli.screen import Screen, printable
from vaultipc.errors import EXIT_DONE, DaemonAway
from vaultipc.messages import Roots, Status

POLL_S = 0.5
SILENCE_S = 10.0


def run(wishes: Wishes, screen: Screen) -> int:
    """Run until SIGINT, SIGTERM or SIGHUP; 0 then. Raises a group with the UserError that ended it before."""
    talk = Talk(wishes, screen)
    trio.run(_until_signalled, _Session(talk))
    talk.tell("Ended.")
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
    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._wishes = talk.wishes
        self._is_borrowed = False

    def tell(self, text: str) -> None:
        self._talk.tell(text)

    async def live(self) -> None:
        """Everything, in order; never returns by itself."""
        await folders.check(self._wishes.folders)
        daemon, mount, web = Daemon(self._talk), Mount(self._talk), Web(self._talk)
        async with daemon.running() as our_daemon:
            self._is_borrowed = our_daemon is None
            await self._add_folders()
            async with mount.running() as our_mount, web.running() as our_web, trio.open_nursery() as nursery:
                nursery.start_soon(hold, daemon, our_daemon, self.tell)
                nursery.start_soon(hold, mount, our_mount, self.tell)
                nursery.start_soon(hold, web, our_web, self.tell)
                nursery.start_soon(self._show_progress)

    # ---- the folders -----------------------------------------------------------------------------------------------

    async def _add_folders(self) -> None:
        chosen = [*self._wishes.folders, *([await self._demo()] if self._wishes.demo else [])]
        if not chosen:
            roots: Roots = await self._talk.ask("roots")
            chosen = [] if roots.roots else await self._usual_folders()
        if chosen:
            await self._talk.ask("add", references.several("paths", chosen))
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

    # ---- the show --------------------------------------------------------------------------------------------------

    async def _show_progress(self) -> None:
        """Show what is being read whenever something is; greet when all was read for the first time."""
        bar, busy, greeted = self._talk.bar, True, False
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
        """The daemon's state; None while it is away or silent, which whoever keeps it reports."""
        with trio.move_on_after(SILENCE_S), suppress(DaemonAway):
            found: Status = await self._talk.ask("status")
            return found
        self._talk.bar.done()
        return None

    def _tell_result(self, status: Status, greet: bool) -> None:
        self.tell(f"{count(status.images, 'picture')} searchable" + _unread(status, self._wishes.socket))
        if not greet:
            return
        place = self._wishes.mountpoint
        if place is not None:
            shown = printable(place)
            self.tell(f'Try:  ls "{shown}/search/red car"    (any words; open it in your file manager)')
            self.tell(f'      mkdir "{shown}/tags/pets"      (then copy or link pictures into it)')
        search = to_this(f"{spelled()} search red car", self._wishes.socket)
        self.tell(("Try:  " if place is None else "      ") + search)
        ends = "this; the daemon that was there goes on" if self._is_borrowed else "it; nothing is lost"
        self.tell(f"Ctrl-C ends {ends}.")


def _unread(status: Status, socket: Path) -> str:
    if not status.failed:
        return ""
    return f", {count(status.failed, 'file')} could not be read: `{to_this('vvault failed', socket)}` says why"
