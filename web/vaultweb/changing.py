"""A change that a person makes once and the daemon in several steps: one action, one undo, all of it or nothing."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import msgspec
import trio

from vaultipc.errors import UserError
from vaultipc.messages import METHODS, ActionResult, ItemError, UndoParams
from vaultweb.connections import Connections
from vaultweb.wanted import ORIGIN

JOINED_S = 600.0
"""Steps over a hundred thousand pictures take seconds each, and still belong together."""


class Gesture:
    """The steps of one change. `if_seq`: the state of the images that whoever asks has seen; only the first step can be
    asked to check it, for the next ones find what the first has changed."""

    def __init__(self, daemon: Connections, if_seq: int | None = None) -> None:
        self._daemon = daemon
        self._if_seq = if_seq
        self._group = uuid.uuid4().hex
        self._action: str | None = None
        self._changed: list[int] = []
        self._unchanged: list[int] = []
        self._errors: dict[str, str] = {}

    async def step(self, method: str, given: Mapping[str, Any]) -> None:
        """Make one step. If it fails, those before it are taken back, and its error is raised."""
        kind = METHODS[method][0]
        told = {**given, "origin": ORIGIN, "group": self._group, "within_s": JOINED_S}
        if self._if_seq is not None and not self._changed:
            told["if_seq"] = self._if_seq
        try:
            result: ActionResult = await self._daemon.call(method, msgspec.convert(told, kind))
        except (UserError, trio.Cancelled):
            with trio.CancelScope(shield=True):
                await self._take_back()
            raise
        self._action = result.action or self._action
        self._changed.append(result.changed)
        self._unchanged.append(result.unchanged)
        self._errors |= {error.item: error.message for error in result.errors}

    @property
    def result(self) -> ActionResult:
        """What the steps did together. Each tells how many images it changed, and not which: the most and the least of
        what they say is near what holds."""
        errors = [ItemError(item=item, message=message) for item, message in self._errors.items()]
        changed, unchanged = max(self._changed, default=0), min(self._unchanged, default=0)
        return ActionResult(action=self._action, changed=changed, unchanged=unchanged, errors=errors)

    async def _take_back(self) -> None:
        if self._action is not None:
            await self._daemon.raw("undo", UndoParams(action=self._action, origin=ORIGIN, group=self._group))
