"""Every command has its gesture in the gallery and a browser test of it, or is an exception with a reason."""

from __future__ import annotations

from support import gesture_table


def test_every_command_has_a_gesture_and_a_browser_test() -> None:
    assert gesture_table.missing() == []


def test_the_table_names_no_command_that_is_not_there() -> None:
    assert gesture_table.unknown() == []


def test_no_exception_has_a_gesture() -> None:
    assert {row.command for row in gesture_table.rows()} & set(gesture_table.EXCEPTIONS) == set()


def test_the_page_of_gestures_is_as_the_tests_say() -> None:
    assert gesture_table.PAGE.read_text() == gesture_table.page(), "PYTHONPATH=tests python -m support.gesture_table"
