"""The tables of docs/filesystem.md hold, through the kernel, on both backends."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from support.gestures import Row, Scene, rows
from support.mounting import Mount
from support.smalldaemon import SmallDaemon

_numbers = itertools.count(1)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.gesture)
def test_the_documented_gesture_gives_the_documented_answer(
    row: Row, mount: Mount, library: SmallDaemon, outside: Path
) -> None:
    Scene(library, mount.place, outside, next(_numbers)).make(row)


def test_the_tables_are_all_read() -> None:
    assert len(rows()) > 150
