"""What a date says: from which day to which. Days are numbered as `datetime.date.toordinal` does.

    2023   2023-05   2023-05-01   today   yesterday   this week   last month   last 30 days   2 weeks ago
    summer 2022   last winter   may 2023

A hyphen or a low line between words is as good as a space. Weeks begin on Monday. Seasons are those of the northern
half of the earth, in whole months; a winter is called by the year in which it begins.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import date
from difflib import get_close_matches

Days = tuple[int, int]
"""The first day, and the one after the last."""

HINT = "write 2023, 2023-05, 2023-05-01, yesterday, last-30-days, this-month or summer-2022"

_ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)
_YEAR = re.compile(r"\d{4}", re.ASCII)
_COUNT = re.compile(r"\d{1,5}", re.ASCII)
_EPOCH = date(1970, 1, 1).toordinal()
_DAY_MS = 24 * 60 * 60 * 1000

_MONTHS = [name.lower() for name in calendar.month_name]
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_STRETCHES: dict[str, tuple[int, int]] = {
    **{name: (month, 3) for name, month in _SEASONS.items()},
    **{name: (month, 1) for month, name in enumerate(_MONTHS) if name},
    **{name[:3]: (month, 1) for month, name in enumerate(_MONTHS) if name},
    "sept": (9, 1),
}
"""Seasons and months: the month in which each begins, and how many it lasts."""
_UNITS = ("day", "week", "month", "year")
_KNOWN = ("today", "yesterday", "this", "last", "ago", *_UNITS, *(f"{unit}s" for unit in _UNITS), *_STRETCHES)


def days(text: str, today: date) -> Days:
    """The days that a text means. Raises ValueError with a sentence where it means none."""
    words = _words(text)
    for meant in (_numbered(text.strip()), _near(words, today), _counted(words, today), _named(words, today)):
        if meant is not None:
            return meant
    raise ValueError(_no_date(text, words))


def milliseconds(day: int) -> int:
    """When a day begins: milliseconds since 1970."""
    return (day - _EPOCH) * _DAY_MS


def is_fixed(text: str) -> bool:
    """Whether a date that means something means the same on every day."""
    words = _words(text)
    return bool(_ISO.fullmatch(text.strip())) or words[0] in _STRETCHES


def _words(text: str) -> list[str]:
    return re.split(r"[\s_-]+", text.strip().lower())


def _numbered(text: str) -> Days | None:
    """2023, 2023-05, 2023-05-01. Raises ValueError where there is no such month or day."""
    match = _ISO.fullmatch(text)
    if match is None:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None
    if not year:
        raise ValueError("there is no year 0000: the first is 0001")
    if month is None:
        return _months(year, 1, 12)
    if not 1 <= month <= 12:
        raise ValueError(f"“{text}” is no date: a year has the months 01 to 12")
    if day is None:
        return _months(year, month, 1)
    length = calendar.monthrange(year, month)[1]
    if not 1 <= day <= length:
        raise ValueError(f"“{text}” is no date: {_MONTHS[month].title()} {year} has the days 01 to {length}")
    return _one(date(year, month, day).toordinal())


def _near(words: list[str], today: date) -> Days | None:
    """today, yesterday, this week, last month."""
    match words:
        case ["today"]:
            return _one(today.toordinal())
        case ["yesterday"]:
            return _one(today.toordinal() - 1)
        case ["this" | "last" as which, "day" | "week" | "month" | "year" as unit]:
            return _around(unit, 0 if which == "this" else 1, today)
    return None


def _counted(words: list[str], today: date) -> Days | None:
    """last 30 days, which today is one of; 2 weeks ago, which is that whole week."""
    match words:
        case ["last" | "past", count, unit] if _COUNT.fullmatch(count) and int(count) and unit.rstrip("s") in _UNITS:
            return _back(unit.rstrip("s"), int(count), today) + 1, today.toordinal() + 1
        case [count, unit, "ago"] if _COUNT.fullmatch(count) and unit.rstrip("s") in _UNITS:
            return _around(unit.rstrip("s"), int(count), today)
    return None


def _named(words: list[str], today: date) -> Days | None:
    """summer 2022, last winter, this may."""
    match words:
        case [name, year] if name in _STRETCHES and _YEAR.fullmatch(year) and int(year):
            return _months(int(year), *_STRETCHES[name])
        case ["this", name] if name in _STRETCHES:
            return _this(name, today.toordinal(), today.year)
        case ["last", name] if name in _STRETCHES:
            every = [_months(year, *_STRETCHES[name]) for year in range(max(1, today.year - 2), today.year + 1)]
            return max(one for one in every if one[1] <= today.toordinal())
    return None


def _this(name: str, today: int, year: int) -> Days:
    """The one that today is in, otherwise that of this year."""
    before, here = _months(max(1, year - 1), *_STRETCHES[name]), _months(year, *_STRETCHES[name])
    return before if before[0] <= today < before[1] else here


def _around(unit: str, ago: int, today: date) -> Days:
    """The day, week, month or year that was so many of them ago."""
    if unit == "day":
        return _one(max(1, today.toordinal() - ago))
    if unit == "week":
        monday = max(1, today.toordinal() - today.weekday() - 7 * ago)
        return monday, monday + 7
    if unit == "year":
        return _months(max(1, today.year - ago), 1, 12)
    year, month = divmod(max(12, 12 * today.year + today.month - 1 - ago), 12)
    return _months(year, month + 1, 1)


def _back(unit: str, count: int, today: date) -> int:
    """The day so much before today; where a month has no such day, its last."""
    if unit in ("day", "week"):
        return max(0, today.toordinal() - count * (7 if unit == "week" else 1))
    months = 12 * today.year + today.month - 1 - count * (12 if unit == "year" else 1)
    if months < 12:
        return 0
    year, month = divmod(months, 12)
    return date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1])).toordinal()


def _months(year: int, month: int, count: int) -> Days:
    """So many whole months from this one on; the last day there is ends them all."""
    last_year, last_month = divmod(12 * year + month - 1 + count - 1, 12)
    if last_year > 9999:
        last_year, last_month = 9999, 11
    last = date(last_year, last_month + 1, calendar.monthrange(last_year, last_month + 1)[1])
    return date(year, month, 1).toordinal(), last.toordinal() + 1


def _one(day: int) -> Days:
    return day, day + 1


def _no_date(text: str, words: list[str]) -> str:
    """What is wrong with a text that is no date, and what was meant where that can be guessed."""
    for guess in _corrected(words, " " if " " in text.strip() else "-"):
        try:
            days(guess, date(2001, 1, 1))
        except ValueError:
            continue
        return f"“{text}” is no date: did you mean “{guess}”?"
    match words:
        case [name] if name in _STRETCHES:
            return f"“{text}” of which year? Write {name}-2022, this-{name} or last-{name}"
        case [name, *year] if name in _STRETCHES:
            return f"“{text}” is no date: “{' '.join(year)}” is no year; write {name}-2022"
        case ["last" | "this" | "past" as which]:
            return f'“{which}” what? Write {which}-month, or {which} and more words in quotes: "last 30 days"'
    return f"“{text}” is no date: {HINT}"


def _corrected(words: list[str], between: str) -> Iterator[str]:
    """The text with its words as they are probably meant."""
    close = [get_close_matches(word[:20], _KNOWN, n=1, cutoff=0.7) for word in words[:3]]
    meant = [word if _COUNT.fullmatch(word) or not near else near[0] for word, near in zip(words, close, strict=False)]
    if len(words) <= 3 and meant != words:
        yield between.join(meant)
