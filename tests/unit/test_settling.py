"""Files that are being written are left alone until they rest."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from vaultd.domain.facts import Facts
from vaultd.ingest.settling import Settling


@pytest.fixture
def facts(tmp_path: Path) -> list[Facts]:
    found = []
    for size in (1, 2):
        (tmp_path / "a").write_bytes(b"x" * size)
        found.append(Facts.of(os.stat(tmp_path / "a")))
    return found


def test_a_closed_file_is_due_when_it_rested(facts: list[Facts]) -> None:
    settling = Settling(0.5)
    settling.touch(b"a", 10.0, closed=True)
    assert settling.due(10.4) == []
    assert settling.next_due() == 10.5
    assert settling.due(10.5) == [b"a"]
    assert settling.looked(b"a", facts[0], 10.5)
    assert len(settling) == 0


def test_writing_again_starts_the_rest_again() -> None:
    settling = Settling(0.5)
    settling.touch(b"a", 10.0, closed=True)
    settling.touch(b"a", 10.4, closed=True)
    assert settling.due(10.6) == []


def test_a_file_that_nobody_closed_must_look_the_same_twice(facts: list[Facts]) -> None:
    settling = Settling(0.5)
    settling.touch(b"a", 10.0, closed=False)
    assert settling.due(11.9) == []
    assert not settling.looked(b"a", facts[0], 12.0)
    assert not settling.looked(b"a", facts[1], 12.5), "it grew"
    assert settling.looked(b"a", facts[1], 13.0)


def test_a_file_that_was_moved_here_is_whole_at_once(facts: list[Facts]) -> None:
    settling = Settling(0.5)
    settling.touch(b"a", 10.0, closed=False, at_once=True)
    assert settling.due(10.0) == [b"a"]


def test_a_vanished_file_is_waited_for_no_more() -> None:
    settling = Settling(0.5)
    settling.touch(b"a", 10.0, closed=False)
    assert settling.looked(b"a", None, 12.0)
    assert b"a" not in settling


def test_a_file_is_waited_for_under_its_new_name() -> None:
    settling = Settling(0.5)
    settling.touch(b"a", 10.0, closed=True)
    assert settling.rename(b"a", b"b")
    assert not settling.rename(b"a", b"c")
    assert settling.due(10.5) == [b"b"]


def test_what_a_scan_meets_does_not_shorten_what_the_kernel_said(facts: list[Facts]) -> None:
    settling = Settling(0.5)
    settling.touch(b"a", 10.0, closed=False)
    settling.seen(b"a", facts[0], 10.0)
    assert settling.due(10.6) == []
