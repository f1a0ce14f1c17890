"""What inotify's events mean."""

from __future__ import annotations

import math

import pytest
from inotify_simple import flags

from vaultd.ingest.happenings import Appeared, Closed, Gone, Joiner, Lost, Moved
from vaultd.ingest.watch import Event

PATIENCE_S = 2.0


@pytest.fixture
def joiner() -> Joiner:
    return Joiner(PATIENCE_S)


def test_a_new_file_appears_and_is_closed(joiner: Joiner) -> None:
    events = [Event(b"/p/a", flags.CREATE), Event(b"/p/a", flags.CLOSE_WRITE)]
    assert joiner.feed(events, 0) == [Appeared(b"/p/a", False, whole=False), Closed(b"/p/a")]


def test_the_halves_of_a_rename_are_joined_across_reads_and_across_other_events(joiner: Joiner) -> None:
    first = Event(b"/p/a", flags.MOVED_FROM | flags.ISDIR, 7)
    assert joiner.feed([first, Event(b"/p/x", flags.DELETE)], 0) == [Gone(b"/p/x", False)]
    assert joiner.waits
    assert joiner.feed([Event(b"/p/b", flags.MOVED_TO | flags.ISDIR, 7)], 1) == [Moved(b"/p/a", b"/p/b", True)]
    assert not joiner.waits
    assert joiner.due == math.inf


def test_a_first_half_alone_is_a_move_out_and_a_second_one_a_move_in(joiner: Joiner) -> None:
    assert joiner.feed([Event(b"/p/a", flags.MOVED_FROM, 7), Event(b"/p/b", flags.MOVED_TO, 8)], 0) == [
        Appeared(b"/p/b", False, whole=True)
    ]
    assert joiner.give_up(PATIENCE_S) == [Gone(b"/p/a", False)]
    assert joiner.give_up(PATIENCE_S) == []


def test_each_first_half_is_given_up_in_its_time_whatever_else_happens(joiner: Joiner) -> None:
    joiner.feed([Event(b"/p/a", flags.MOVED_FROM, 7)], 0)
    joiner.feed([Event(b"/p/b", flags.MOVED_FROM, 8)], 1)
    assert joiner.due == PATIENCE_S
    assert joiner.give_up(1.5) == []
    joiner.feed([Event(b"/p/log", flags.CLOSE_WRITE)], PATIENCE_S)
    assert joiner.give_up(PATIENCE_S) == [Gone(b"/p/a", False)]
    assert joiner.due == 1 + PATIENCE_S
    assert joiner.give_up(9) == [Gone(b"/p/b", False)]


def test_a_full_queue_means_that_anything_may_have_happened(joiner: Joiner) -> None:
    assert joiner.feed([Event(None, flags.Q_OVERFLOW)], 0) == [Lost()]
