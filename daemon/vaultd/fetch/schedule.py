"""When a subscription is due. No clock and no disk: moments are given, in milliseconds since 1970."""

from __future__ import annotations

from vaultd.catalog.subscriptions import Run, Subscription
from vaultd.fetch.order import PATIENCE

FIRST_PAUSE_MS = 10 * 60_000
LONGEST_PAUSE_MS = 24 * 3_600_000
WHOLE_EVERY_MS = 7 * 24 * 3_600_000
"""So often a run is shown everything, to see what is gone; the others stop where nothing is new."""


def due_at(subscription: Subscription, last: Run | None) -> int | None:
    """When the next run is due, None for not by itself.

    What was missed while nothing ran is in the past: it is due once, at once. So is a run that was cut off.
    """
    if subscription.paused or not subscription.every_s:
        return None
    if last is None:
        return subscription.created_at
    if last.outcome in ("running", "cut"):
        return last.began_at
    if last.retry_at is not None:
        return last.retry_at
    return last.began_at + subscription.every_s * 1000


def is_left_alone(last: Run | None, moment: int) -> bool:
    """Whether the site of a run asked to be left alone until later: none of its subscriptions is due then."""
    return last is not None and last.problem.startswith(PATIENCE) and (last.retry_at or 0) > moment


def retry_at(moment: int, failing: int, wish_s: float | None, jitter: float) -> int:
    """When to try again after `failing` failures in a row, the last one at `moment`: later each time.

    `wish_s`: for so long the site asked to be left alone. `jitter`: from 0 to 1, so that not all come at once.
    """
    pause = min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS << min(failing - 1, 20))
    wished = int(1000 * min(wish_s or 0.0, 7 * 86_400.0))
    return moment + max(wished, pause) + int(pause * 0.2 * jitter)


def is_whole_due(runs: list[Run], moment: int) -> bool:
    """Whether the next run is to be shown everything. `runs`: the newest first."""
    newest = next((run for run in runs if run.whole), None)
    return newest is None or newest.began_at <= moment - WHOLE_EVERY_MS
