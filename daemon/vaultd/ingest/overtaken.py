"""What a scan listed, and what an event told of since: the scan knows the older of the two, and has to keep silent."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager


class Overtaken:
    """When paths were last looked at for an event, remembered while a scan is under way."""

    def __init__(self) -> None:
        self._looked: dict[bytes, float] = {}
        self._scans = 0

    @contextmanager
    def scanning(self) -> Iterator[None]:
        """While there is a scan to be overtaken."""
        self._scans += 1
        try:
            yield
        finally:
            self._scans -= 1
            if not self._scans:
                self._looked.clear()

    def looking(self, paths: Iterable[bytes]) -> None:
        """Something happened at these paths, files or folders, and the disk is asked about them after this."""
        if self._scans:
            self._looked.update(dict.fromkeys(paths, time.monotonic()))

    def is_since(self, path: bytes, listed: float) -> bool:
        """Whether the path, or a folder that it lies in, was looked at after a listing began."""
        if not self._looked:
            return False
        while self._looked.get(path, -math.inf) < listed:
            above = os.path.dirname(path)
            if above == path:
                return False
            path = above
        return True
