"""Why nothing is read at present although nothing is wrong: the user said so, or the machine has better to do.

What the user said holds until the user says otherwise, over restarts too. The machine is looked at only where the
configuration asks for it; `resume` overrules what is found until it ends and begins anew.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import trio

from vaultd.catalog.store import Catalog
from vaultd.config.definition import Ingest as Settings
from vaultd.ingest.machine import Processors, on_battery

LOOK_S = 5.0
CALMER = 0.75
"""Of the load that pauses: what it must fall to before reading goes on, so that it does not flutter."""
_KEY = "paused"

Cause = Literal["user", "battery", "load"]


class Pausing:
    """`reason` and `paused` say how it stands; `changed` is called when that is another than before."""

    def __init__(self, catalog: Catalog, settings: Settings, changed: Callable[[], None]) -> None:
        self._catalog = catalog
        self._on_battery = settings.pause_on_battery
        self._most_load = settings.pause_above_load
        self._changed = changed
        self._causes: dict[Cause, str] = {"user": ""} if catalog.meta(_KEY) else {}
        self._overruled: set[Cause] = set()

    @property
    def paused(self) -> bool:
        """Whether nothing is to be read."""
        return bool(self._causes)

    @property
    def reason(self) -> str:
        """Why, where it was not the user."""
        return " ".join(filter(None, self._causes.values()))

    def pause(self) -> None:
        """The user wants nothing to be read. Raises sqlite3.OperationalError if that cannot be kept; it holds still."""
        self._set("user", True, "")
        with self._catalog.write() as tx:
            tx.sql.execute("INSERT OR REPLACE INTO meta VALUES (?, 'user')", (_KEY,))

    def resume(self) -> None:
        """The user wants reading to go on, whatever the machine is doing now. Raises sqlite3.OperationalError."""
        self._overruled |= self._causes.keys() - {"user"}
        self._causes.clear()
        self._changed()
        with self._catalog.write() as tx:
            tx.sql.execute("DELETE FROM meta WHERE key = ?", (_KEY,))

    async def serve(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Looks at the machine, if it is to be looked at, until cancelled."""
        processors = Processors() if self._most_load else None
        if self._on_battery:
            self._see_battery()
        task_status.started()
        while processors is not None or self._on_battery:
            await trio.sleep(LOOK_S)
            if self._on_battery:
                self._see_battery()
            if processors is not None:
                self._see_load(processors.busy_percent())

    def _see_battery(self) -> None:
        self._observe("battery", on_battery(), "The machine runs on its battery (ingest.pause_on_battery).")

    def _see_load(self, percent: float) -> None:
        held = "load" in self._causes or "load" in self._overruled
        high = percent >= self._most_load * (CALMER if held else 1)
        self._observe("load", high, "Other programs keep the processors busy (ingest.pause_above_load).")

    def _observe(self, cause: Cause, holds: bool, sentence: str) -> None:
        if not holds:
            self._overruled.discard(cause)
        self._set(cause, holds and cause not in self._overruled, sentence)

    def _set(self, cause: Cause, holds: bool, sentence: str) -> None:
        if holds == (cause in self._causes):
            return
        if holds:
            self._causes[cause] = sentence
        else:
            del self._causes[cause]
        self._changed()
