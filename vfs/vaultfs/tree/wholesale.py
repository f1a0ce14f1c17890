"""What a program does to a saved search as a whole: `cp -r` fills the one it made, `rm -r` empties the one it deletes.

Both go name by name and know nothing of results that are there by themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vaultfs.tree.node import AttributeChanges, Node, Symlink

if TYPE_CHECKING:
    from vaultfs.caller import Caller

PAUSE = 5.0
"""Seconds between two steps after which they are not one program's work any more; undo groups actions so too."""


class Wholesale:
    """The work of `caller`, begun at `now` (seconds of the tree's clock). `made`: what it has put into the folder."""

    __slots__ = ("_group", "_until", "made")

    def __init__(self, caller: Caller, now: float) -> None:
        self._group = caller.group()
        self._until = now + PAUSE
        self.made: dict[bytes, Node] = {}

    def over(self, now: float) -> bool:
        """Return whether too much time has passed."""
        return self._until <= now

    def is_of(self, caller: Caller, now: float) -> bool:
        """Return whether `caller` is at it. A process that is not to be seen has no such work."""
        return not self.over(now) and self._group != "" and caller.group() == self._group

    def goes_on(self, caller: Caller, now: float) -> bool:
        """Return whether a step of `caller` belongs to it, which keeps it going."""
        belongs = self.is_of(caller, now)
        if belongs:
            self._until = now + PAUSE
        return belongs


class CopiedLink(Symlink):
    """A result's link, copied into a saved search: there for the program that copies, and for nobody to rely on."""

    __slots__ = ()

    entry_timeout = 0.0
    attribute_timeout = 0.0

    async def set_attributes(self, changes: AttributeChanges) -> None:
        """Owner and time are set on what will be gone in a moment."""
