"""Moments in the past, as a person names them."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from vaultd.domain.moments import midnight, moment

NOW = 1_800_000_000_000
HOUR = 3_600_000


@pytest.mark.parametrize(("text", "hours"), [("12h", 12), ("7d", 168), ("2w", 336)])
def test_so_long_ago(text: str, hours: int) -> None:
    assert moment(text, NOW) == NOW - hours * HOUR


def test_a_moment_in_rfc_3339_has_a_zone() -> None:
    assert moment("1970-01-01T01:00:00Z", NOW) == moment("1970-01-01T02:00:00+01:00", NOW) == HOUR
    assert moment("1970-01-01T01:00:00", NOW) is None


@pytest.mark.parametrize("text", ["", "soon", "7", "7x", "-7d", "2026-05-01", "99999d d", "٧d"])
def test_anything_else_is_no_moment(text: str) -> None:
    assert moment(text, NOW) is None


def test_a_day_begins_where_this_computer_stands() -> None:
    assert midnight(date(2026, 5, 1)) == datetime(2026, 5, 1).timestamp() * 1000
    assert midnight(date(1, 1, 1)) == 0
