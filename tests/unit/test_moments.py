"""Moments in the past, as a person names them."""

from __future__ import annotations

from datetime import datetime

import pytest

from vaultd.domain.moments import since

NOW = 1_800_000_000_000
HOUR = 3_600_000


@pytest.mark.parametrize(("text", "hours"), [("12h", 12), ("7d", 168), ("2w", 336), ("1m", 720), ("1y", 8760)])
def test_so_long_ago(text: str, hours: int) -> None:
    assert since(text, NOW) == NOW - hours * HOUR


def test_a_date_begins_where_this_computer_stands() -> None:
    for text, date in (("2026", (2026, 1, 1)), ("2026-05", (2026, 5, 1)), ("2026-05-09", (2026, 5, 9))):
        assert since(text, NOW) == datetime(*date).timestamp() * 1000


def test_a_moment_in_rfc_3339() -> None:
    assert since("1970-01-01T01:00:00Z", NOW) == HOUR


@pytest.mark.parametrize("text", ["", "soon", "7", "7x", "-7d", "2026-13", "2026-02-30", "0000", "99999d d", "٧d"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no moment"):
        since(text, NOW)
