"""How far reading is: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

from vaultd.cli.quantities import count, duration
from vaultd.cli.screen import Screen
from vaultipc.messages import Status

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress

EVERY_S = 2.0


class Progress(Protocol):
    """`update` while there is something to do, `done` when there is nothing (any more)."""

    def update(self, status: Status) -> None: ...

    def done(self) -> None: ...


def progress(screen: Screen) -> Progress:
    if screen.quiet or screen.json:
        return _Silent()
    return _Bar(screen) if screen.terminal else _Lines(screen)


def pace(status: Status) -> str:
    """`12.3 a second, 48 s left`, as far as it is known."""
    rate = [f"{status.rate_per_s:.1f} a second"] if status.rate_per_s >= 0.05 else []
    left = [f"{duration(status.eta_s)} left"] if status.eta_s is not None else []
    return ", ".join(rate + left)


class _Silent:
    def update(self, status: Status) -> None:
        pass

    def done(self) -> None:
        pass


class _Lines:
    """A line every two seconds, if there is news."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._next = 0.0
        self._last = ""

    def update(self, status: Status) -> None:
        text = f"{status.state}: {max(status.files - status.pending, 0):,} of {count(status.files, 'file')}"
        text = ", ".join(filter(None, (text, pace(status))))
        if text != self._last and time.monotonic() >= self._next:
            self._screen.line(text)
            self._last, self._next = text, time.monotonic() + EVERY_S

    def done(self) -> None:
        self._last = ""


class _Bar:
    """A bar of Rich's that is gone when the work is done."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._bar: RichProgress | None = None

    def update(self, status: Status) -> None:
        bar = self._bar = self._bar or self._started()
        done = max(status.files - status.pending, 0)
        task = bar.task_ids[0]
        bar.update(task, description=status.state, total=status.files or None, completed=done, pace=pace(status))
        bar.refresh()

    def done(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _started(self) -> RichProgress:
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
        from rich.progress import Progress as RichProgress

        state, numbers = TextColumn("{task.description}"), TextColumn("{task.fields[pace]}")
        # Its own refresh runs in a thread; the status is polled often enough to refresh by hand.
        bar = RichProgress(
            state,
            BarColumn(),
            MofNCompleteColumn(),
            numbers,
            console=self._screen.console(),
            transient=True,
            auto_refresh=False,
        )
        bar.add_task("", total=None, pace="")
        bar.start()
        return bar
