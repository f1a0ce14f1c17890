"""The files that gallery-dl has half. It keeps each, to go on from there another time; the newest is left to it."""

from __future__ import annotations

import time
from pathlib import Path

from vaultd.fetch.child.desk import Stop
from vaultd.fetch.order import Order


class Parts:
    """Its folder, within the limits of the order: a site could fill the disk with files that never end."""

    def __init__(self, folder: Path, order: Order) -> None:
        self.folder = folder
        self._order = order
        self._newest = ""
        self._since = time.monotonic()

    def watch(self) -> None:
        """Deletes what is not on its way any more. Raises Stop where a file has been on its way for too long."""
        parts = sorted(self._found(), key=lambda path: path.stat().st_ctime_ns)
        for path in parts[:-1]:
            path.unlink(missing_ok=True)
        newest = parts[-1].name if parts else ""
        if newest != self._newest:
            self._newest, self._since = newest, time.monotonic()
        elif newest and time.monotonic() - self._since > self._order.file_s:
            parts[-1].unlink(missing_ok=True)
            raise Stop(f"{newest.removesuffix('.part')} was not here after {self._order.file_s:g} seconds (too slow)")

    def _found(self) -> list[Path]:
        return [path for path in self.folder.iterdir() if path.is_file()] if self.folder.is_dir() else []
