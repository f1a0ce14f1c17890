"""Of which type the kernel takes a path to be, in a mount that cannot tell it otherwise."""

from __future__ import annotations

from stat import S_IFLNK, S_IFREG

import pytest

from vaultfs.backend.believed import Believed


class Clock:
    """A time that tests set."""

    seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def believed(clock: Clock) -> Believed:
    return Believed(2.0, clock)


def test_what_was_told_is_believed_until_nobody_has_asked_for_as_long(believed: Believed, clock: Clock) -> None:
    assert believed.of(b"/tags/a/x.jpg") is None
    believed.tell(b"/tags/a/x.jpg", S_IFREG)
    clock.seconds += 1.9
    believed.tell(b"/tags/a/x.jpg", S_IFREG)
    clock.seconds += 1.9
    assert believed.of(b"/tags/a/x.jpg") == S_IFREG
    clock.seconds += 0.2
    assert believed.of(b"/tags/a/x.jpg") is None


def test_a_rename_takes_along_what_is_believed_of_a_name_and_of_all_below_it(believed: Believed) -> None:
    for path in (b"/tags/a", b"/tags/a/x.jpg", b"/tags/ab/x.jpg"):
        believed.tell(path, S_IFREG)
    believed.tell(b"/tags/b", S_IFLNK)
    believed.move(b"/tags/a", b"/tags/b")
    assert [believed.of(path) for path in (b"/tags/b", b"/tags/b/x.jpg", b"/tags/ab/x.jpg")] == [S_IFREG] * 3
    assert [believed.of(path) for path in (b"/tags/a", b"/tags/a/x.jpg")] == [None, None]


def test_a_rename_long_after_something_was_told_takes_along_nothing(believed: Believed, clock: Clock) -> None:
    for path in (b"/tags/a/x.jpg", b"/tags/a/y.jpg"):
        believed.tell(path, S_IFREG)
    clock.seconds += 1.0
    believed.tell(b"/tags/a", S_IFREG)
    clock.seconds += 1.5
    believed.move(b"/tags/a", b"/tags/b")
    assert [believed.of(path) for path in (b"/tags/b", b"/tags/b/x.jpg", b"/tags/a/y.jpg")] == [S_IFREG, None, None]


def test_who_takes_the_name_of_another_is_not_taken_for_it(believed: Believed) -> None:
    believed.tell(b"/tags/a/x.jpg", S_IFREG)
    believed.move(b"/tags/a/y.jpg", b"/tags/a/x.jpg")
    assert believed.of(b"/tags/a/x.jpg") is None
    believed.tell(b"/tags/a/x.jpg", S_IFREG)
    believed.forget(b"/tags/a/x.jpg")
    assert believed.of(b"/tags/a/x.jpg") is None


def test_what_is_no_longer_believed_takes_no_room(believed: Believed, clock: Clock) -> None:
    for number in range(1000):
        believed.tell(b"/tags/a/%d.jpg" % number, S_IFREG)
        clock.seconds += 0.1
    assert len(believed) <= 21
