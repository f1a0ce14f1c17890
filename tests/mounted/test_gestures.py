"""The tables of docs/filesystem.md hold, through the kernel, on both backends."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from support.gestures import Row, Scene, rows, rows_as_files
from support.mounting import Mount
from support.smalldaemon import SmallDaemon

_numbers = itertools.count(1)

_EVERYDAY = """
list search/Q
read "search/Q/001 A"
readlink "search/Q/001 A"
stat search/Q/N
list search/Q/.plain
rm "search/Q/001 A"
ln -s C search/Q/N
ln -s "../../search/Q/002 B" search/N/B
ln -s C "search/Q/001 A"
mv recent/C search/Q/N
mv "search/Q/002 B" search/N/B
mv recent/C "search/Q/001 A"
take NEW "search/Q/001 A"
chown "search/Q/001 A"
copy saved/S saved/N
rm -r saved/S
list tags/T
readlink tags/T/A
read tags/T/A
ln -s B tags/U/N
ln -s B tags/U/B
ln -s "../../search/Q/002 B" tags/U/N
ln -s VAULT/tags/T/A tags/U/A
ln -s A tags/T/A
ln tags/T/A tags/U/A
cp NEW tags/U/N
cp COPY tags/U/N
cp NEW tags/T/A
part NEW tags/T/A.part A
take NEW tags/U/N
write tags/T/A x
truncate tags/T/A
touch tags/T/A
chown tags/T/A
date tags/T/A
rm tags/T/A
rm -r tags/T
mv tags/T/A tags/U/A
mv "search/Q/002 B" tags/T/A
mv tags/auto/G/M/C tags/U/C
ln -s ../auto/G/M/C tags/U/C
readlink albums/L/A
ln -s B albums/L/N
cp NEW albums/E/N
part NEW albums/L/A.part A
mv albums/L/A albums/E/A
rm -r albums/L
mv "search/Q/002 B" favorites/B
mv "like/A/001 B" tags/U/B
read missing/LOST
readlink untagged/B
mv untagged/B tags/U/B
rm untagged/B
"""
"""Gestures in which it matters what an entry is: tried with files in every run, and all the others in long ones."""


def _with_files() -> list[ParameterSet]:
    everyday = set(_EVERYDAY.strip().splitlines())
    rows = rows_as_files()
    assert everyday <= {row.gesture for row in rows}
    long = pytest.mark.long
    return [pytest.param(row, marks=[] if row.gesture in everyday else long, id=row.gesture) for row in rows]


@pytest.fixture(autouse=True)
def small_library(library: SmallDaemon) -> Iterator[None]:
    """Each row has a library of its own pictures: what a small daemon answers with costs as much as all it holds."""
    yield
    library.forget()


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.gesture)
def test_the_documented_gesture_gives_the_documented_answer(
    row: Row, mount: Mount, library: SmallDaemon, outside: Path
) -> None:
    Scene(library, mount.place, outside, next(_numbers)).make(row)


@pytest.mark.parametrize("row", _with_files())
def test_the_documented_gesture_holds_where_entries_are_files(
    row: Row, file_mount: Mount, library: SmallDaemon, outside: Path
) -> None:
    Scene(library, file_mount.place, outside, next(_numbers)).make(row)


def test_the_tables_are_all_read() -> None:
    assert len(rows()) > 150
