"""A file that is read between being looked up and being written of: the followers hear of the content it has now."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.shelf import ROOT, Shelf
from vaultd.catalog import changes, files
from vaultd.catalog.files import File
from vaultd.domain.facts import Facts

FACTS = Facts(inode=7, mtime_ns=1, ctime_ns=1, size=10, blocks=1, mode=0o100644, uid=0, gid=0)
PATH = ROOT + b"/new.jpg"


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    made = Shelf(tmp_path)
    yield made
    made.close()


@pytest.fixture
def looked_up(shelf: Shelf) -> File:
    """As it was before it was read: image 1 is known to stand there only now."""
    with shelf.catalog.write() as tx:
        files.insert(tx, 1, 1, PATH, FACTS)
        found = files.at(tx.sql, 1, PATH)
    assert found is not None
    shelf.image("old.jpg")
    with shelf.catalog.write() as tx:
        files.assign(tx, found.id, 1)
    return found


def told(shelf: Shelf, after: int) -> set[int]:
    with shelf.catalog.read() as sql:
        return {change.entity_id for change in changes.after(sql, after, 100) if change.entity == "image"}


def test_one_that_is_gone_is_told_of_by_the_content_that_was_just_read(shelf: Shelf, looked_up: File) -> None:
    before = shelf.catalog.seq()
    with shelf.catalog.write() as tx:
        assert files.mark_missing(tx, [looked_up]) == [1]
    assert told(shelf, before) == {1}
    with shelf.catalog.write() as tx:
        assert files.mark_missing(tx, [looked_up]) == []


def test_one_that_has_another_name_is_told_of_by_the_content_that_was_just_read(shelf: Shelf, looked_up: File) -> None:
    before = shelf.catalog.seq()
    with shelf.catalog.write() as tx:
        files.move(tx, looked_up, 1, 1, ROOT + b"/moved.jpg", None)
    assert told(shelf, before) == {1}
