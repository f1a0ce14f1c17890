"""A part of the vault that `vvault up` needs: its own process, or one that somebody else keeps running.

Somebody else may end theirs at any time; then the part is started here, so that a second `vvault up` is as good as the
first.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from vaultd.app.up.child import Child


class Part(Protocol):
    """`running` gives the child that was started, or None while somebody else's is used; `gone` waits for its end."""

    def running(self) -> AbstractAsyncContextManager[Child | None]: ...

    async def gone(self) -> None: ...


async def hold(part: Part, child: Child | None, tell: Callable[[str], None]) -> None:
    """Keep our child running, or watch what somebody else runs and take over. Returns when ours was ended, well."""
    if child is not None:
        await child.keep(tell)
        tell(f"The {child.name} was ended from outside; Ctrl-C ends the rest.")
        return
    await part.gone()
    async with part.running() as taken_over:
        await hold(part, taken_over, tell)
