"""What every part of `vvault up` says to the person and asks the daemon."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from vaultd.app.up.progress import progress
from vaultd.app.up.wishes import Wishes
from vaultd.cli.invocation import adapted
from vaultd.cli.screen import Screen
from vaultipc.client import connect


class Talk:
    """`bar` shows how far reading is; whatever is told takes it off the screen first."""

    def __init__(self, wishes: Wishes, screen: Screen) -> None:
        self.wishes = wishes
        self.bar = progress(screen)
        self._screen = screen

    def tell(self, text: str) -> None:
        """A line for the person; with `--json` beside the answer, which is the error if there is one."""
        self.bar.done()
        text = adapted(text)
        if self._screen.json:
            self._screen.say(text)
        elif not self._screen.quiet:
            self._screen.line(text)

    async def ask(self, method: str, params: Struct | dict[str, Any] | None = None) -> Any:
        """The daemon's answer. Raises what it raised, DaemonAway if there is none."""
        async with connect(self.wishes.socket) as client:
            return await client.call(method, params)
