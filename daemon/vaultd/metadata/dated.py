"""Dates in the names of files and folders: what cameras, phones and people call things after the day.

`IMG_20240517_101112.jpg`, `PXL_20240517_101112345.jpg`, `2024-05-17 10.11.12.png`, `IMG-20240517-WA0001.jpg`,
`Screenshot from 2024-05-17 10-11-12.png`, `WhatsApp Image 2024-05-17 at 10.11.12 PM.jpeg`, `2024-05-17 Lisbon/`,
`2024/05/17/`, `2024/2024_05_17/`. A year or a month alone is no day, and tells nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from vaultd.metadata.values import moment

_BEFORE, _AFTER = rb"(?<![0-9])", rb"(?![0-9])"
_YEAR, _MONTH, _DAY = rb"((?:19|20)\d\d)", rb"(0[1-9]|1[0-2])", rb"(0[1-9]|[12]\d|3[01])"
_CLOCK = (
    rb"(?:[ _T-]+(?:at[ _])?|[_-]?)([01]\d|2[0-3]|\d(?=[.:h]))(?P<between>[.:_h-]?)([0-5]\d)(?P=between)([0-5]\d)"
    rb"(?:[._]?\d{3})?(?:(?: |\xa0|\xc2\xa0|\xe2\x80\xaf)?([AP]M))?"
)
_WHOLE = re.compile(
    _BEFORE + _YEAR + rb"(?P<apart>[-_. ]?)" + _MONTH + rb"(?P=apart)" + _DAY + rb"(?:" + _CLOCK + rb")?" + _AFTER,
    re.IGNORECASE,
)
_DAY_ALONE = re.compile(
    _BEFORE + _YEAR + rb"(?P<apart>[-_. ]?)" + _MONTH + rb"(?P=apart)" + _DAY + _AFTER, re.IGNORECASE
)
_ONLY_YEAR, _ONLY_MONTH, _ONLY_DAY = (
    re.compile(rb"(?:19|20)\d\d"), re.compile(rb"(?:(?:19|20)\d\d[-_. ]?)?(0[1-9]|1[0-2])"),
    re.compile(rb"(?:[\d]{4}[-_. ]?[\d]{2}[-_. ]?)?(0[1-9]|[12]\d|3[01])"),
)  # fmt: skip
_LONGEST = 4_096
_NOON = 12


def earliest(paths: Iterable[bytes]) -> str:
    """The date, as EXIF writes it, that the names of a content's files tell; '' for none.

    A time goes before a day alone; of several it is the earliest, as copies are made later.
    """
    found = {told for path in paths if (told := told_by(path))}
    return min(found, key=lambda told: (len(told) == len("2024:05:17"), told), default="")


def told_by(path: bytes) -> str:
    """The date in a path: that of the file's name, else of the innermost folder that has one; '' for none."""
    *folders, name = path[-_LONGEST:].split(b"/")
    for part in (name, *reversed(folders)):
        told = next(_in(part), "")
        if told:
            return told
    return _nested(folders)


def _in(name: bytes) -> Iterator[str]:
    for found in _WHOLE.finditer(name):
        told = _written(*found.group(1, 3, 4, 5, 7, 8, 9))
        if moment(told):
            yield told
    for found in _DAY_ALONE.finditer(name):
        told = _written(*found.group(1, 3, 4))
        if moment(told):
            yield told


def _written(
    year: bytes, month: bytes, day: bytes, hour: bytes | None = None, minute: bytes | None = None,
    second: bytes | None = None, half: bytes | None = None,
) -> str:  # fmt: skip
    date = b":".join((year, month, day)).decode()
    if not (hour and minute and second):
        return date
    of_day = int(hour)
    if half and of_day <= _NOON:
        of_day = of_day % _NOON + (_NOON if half.upper() == b"PM" else 0)
    return f"{date} {of_day:02}:{minute.decode()}:{second.decode()}"


def _nested(folders: list[bytes]) -> str:
    """`2024/05/17/`, and what lies below it."""
    for year, month, day in reversed(list(zip(folders, folders[1:], folders[2:], strict=False))):
        months, days = _ONLY_MONTH.fullmatch(month), _ONLY_DAY.fullmatch(day)
        if _ONLY_YEAR.fullmatch(year) and months and days:
            told = _written(year, months[1], days[1])
            if moment(told):
                return told
    return ""
