"""What inotify's events mean."""

from __future__ import annotations

from inotify_simple import flags

from vaultd.ingest.happenings import Appeared, Closed, Gone, Joiner, Lost, Moved
from vaultd.ingest.watch import Event


def test_a_new_file_appears_and_is_closed() -> None:
    events = [Event(b"/p/a", flags.CREATE), Event(b"/p/a", flags.CLOSE_WRITE)]
    assert Joiner().feed(events) == [Appeared(b"/p/a", False, whole=False), Closed(b"/p/a")]


def test_the_halves_of_a_rename_are_joined_across_reads_and_across_other_events() -> None:
    joiner = Joiner()
    first = Event(b"/p/a", flags.MOVED_FROM | flags.ISDIR, 7)
    assert joiner.feed([first, Event(b"/p/x", flags.DELETE)]) == [Gone(b"/p/x", False)]
    assert joiner.waits
    assert joiner.feed([Event(b"/p/b", flags.MOVED_TO | flags.ISDIR, 7)]) == [Moved(b"/p/a", b"/p/b", True)]
    assert not joiner.waits


def test_a_first_half_alone_is_a_move_out_and_a_second_one_a_move_in() -> None:
    joiner = Joiner()
    assert joiner.feed([Event(b"/p/a", flags.MOVED_FROM, 7), Event(b"/p/b", flags.MOVED_TO, 8)]) == [
        Appeared(b"/p/b", False, whole=True)
    ]
    assert joiner.flush() == [Gone(b"/p/a", False)]
    assert joiner.flush() == []


def test_a_full_queue_means_that_anything_may_have_happened() -> None:
    assert Joiner().feed([Event(None, flags.Q_OVERFLOW)]) == [Lost()]
