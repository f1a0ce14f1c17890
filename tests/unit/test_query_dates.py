"""What dates and sizes mean, on a day that is always the same."""

from __future__ import annotations

from datetime import date

import pytest

from vaultd.query.amounts import Amount, amount
from vaultd.query.dates import days
from vaultd.query.values import date_span

SATURDAY = date(2026, 11, 21)
DAY = 24 * 60 * 60 * 1000


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2023", "2023-01-01", "2023-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2024-2-9", "2024-02-09", "2024-02-09"),
        ("today", "2026-11-21", "2026-11-21"),
        ("Yesterday", "2026-11-20", "2026-11-20"),
        ("this week", "2026-11-16", "2026-11-22"),
        ("last week", "2026-11-09", "2026-11-15"),
        ("this_month", "2026-11-01", "2026-11-30"),
        ("last  month", "2026-10-01", "2026-10-31"),
        ("last-year", "2025-01-01", "2025-12-31"),
        ("last 1 day", "2026-11-21", "2026-11-21"),
        ("last 30 days", "2026-10-23", "2026-11-21"),
        ("past-2-weeks", "2026-11-08", "2026-11-21"),
        ("last 3 months", "2026-08-22", "2026-11-21"),
        ("last 1 year", "2025-11-22", "2026-11-21"),
        ("last 99999 years", "0001-01-01", "2026-11-21"),
        ("3 days ago", "2026-11-18", "2026-11-18"),
        ("2 weeks ago", "2026-11-02", "2026-11-08"),
        ("1 month ago", "2026-10-01", "2026-10-31"),
        ("summer 2022", "2022-06-01", "2022-08-31"),
        ("fall-2022", "2022-09-01", "2022-11-30"),
        ("winter 2023", "2023-12-01", "2024-02-29"),
        ("winter 9999", "9999-12-01", "9999-12-31"),
        ("last summer", "2026-06-01", "2026-08-31"),
        ("last winter", "2025-12-01", "2026-02-28"),
        ("this winter", "2026-12-01", "2027-02-28"),
        ("may 2023", "2023-05-01", "2023-05-31"),
        ("Sept 2023", "2023-09-01", "2023-09-30"),
        ("last may", "2026-05-01", "2026-05-31"),
        ("this may", "2026-05-01", "2026-05-31"),
    ],
)
def test_a_date_means_these_days(text: str, first: str, last: str) -> None:
    start, end = days(text, SATURDAY)
    assert (start, end - 1) == (date.fromisoformat(first).toordinal(), date.fromisoformat(last).toordinal())


def test_this_winter_is_the_one_that_has_begun() -> None:
    assert days("this winter", date(2027, 1, 5)) == days("winter 2026", SATURDAY)


def test_a_month_back_from_its_last_day_ends_with_the_shorter_month() -> None:
    assert days("last 1 month", date(2024, 3, 31))[0] == date(2024, 3, 1).toordinal()


def test_dates_are_spans_that_touch() -> None:
    year, month, day = (date_span(text, SATURDAY) for text in ("2024", "2024-02", "2024-02-29"))
    assert year[1] - year[0] == 366 * DAY
    assert month[1] - month[0] == 29 * DAY
    assert day[1] == month[1]
    assert date_span("2024-12", SATURDAY)[1] == year[1] == date_span("2025", SATURDAY)[0]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("500", Amount("bytes", 500, 500, 501)),
        ("500b", Amount("bytes", 500, 500, 501)),
        ("2KB", Amount("bytes", 2000, 1500, 2500)),
        ("1.5 mb", Amount("bytes", 1_500_000, 1_450_000, 1_550_000)),
        ("1kib", Amount("bytes", 1024, 512, 1536)),
        ("2mp", Amount("pixels", 2_000_000, 1_500_000, 2_500_000)),
        ("999999999999gib", Amount("bytes", 2**62, 2**62, 2**62)),
    ],
)
def test_a_size_means_what_rounds_to_it(text: str, meant: Amount) -> None:
    assert amount(text) == meant
