"""What values the fields take, and what is wrong with one that they do not take: a sentence, '' if nothing is.

The sentences are shown to whoever typed the query: they quote the value and say what could stand there.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from difflib import get_close_matches

from vaultd.query import amounts, appearance, dates
from vaultd.query.appearance import COLOUR_SYNONYMS, COLOURS, SHAPES

SORTS = ("relevance", "date", "name", "size", "added")
SYNONYMS = {"score": "relevance"}
"""Other names of orders: the answer's own word for what it is ordered by."""
MAX_LIMIT = 10_000

ORIENTATIONS = ("landscape", "portrait", "square")
SOURCES = (
    "user",
    "xattr",
    "xmp",
    "iptc",
    "exif",
    "png",
    "comment",
    "generator",
    "sidecar",
    "gps",
    "name",
    "model",
    "ocr",
    "rule",
    "provider",
    "auto",
)
"""Who may say something about a picture: a tag, a text, a rating."""

TYPES = {
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "gif": "image/gif",
    "tiff": "image/tiff",
    "tif": "image/tiff",
    "bmp": "image/bmp",
    "avif": "image/avif",
    "heic": "image/heic",
    "jxl": "image/jxl",
    "raw": "image/x-dcraw",
    "svg": "image/svg+xml",
}
"""Short names of the types that are read, and their MIME types."""

_SOME_DAY = date(2001, 1, 1)
_LONGEST = 500


def date_span(value: str, today: date) -> tuple[int, int]:
    """A date as milliseconds since 1970, UTC: when its first day begins, and when the day after its last one does.

    `today` is what relative dates are relative to. Raises ValueError with a sentence where the text is no date.
    """
    first, end = dates.days(value, today)
    return dates.milliseconds(first), dates.milliseconds(end)


def mime_prefix(value: str) -> str | None:
    """The MIME type, or the start of one, that a `type:` value means; None if it means none."""
    lower = value.lower()
    return lower if "/" in lower else TYPES.get(lower)


def is_yes(value: str) -> bool:
    """What a yes or no says."""
    return value.lower() == "yes"


def suggestion(word: str, known: tuple[str, ...]) -> str:
    """The known word that was probably meant, '' if none is close."""
    close = get_close_matches(word.lower()[:40], known, n=1)
    return close[0] if close else ""


def too_long(value: str) -> str:
    return "" if len(value) <= _LONGEST else f"the value is longer than {_LONGEST} characters"


def no_tag(value: str) -> str:
    return too_long(value) if all(value.split("/")) else f"“{value}” is no tag: a component between slashes is empty"


def no_date(value: str) -> str:
    try:
        dates.days(value, _SOME_DAY)
    except ValueError as error:
        return str(error)
    return ""


def dates_range(low: str, high: str) -> str:
    """Only dates that mean the same on every day can be known to be the wrong way round."""
    fixed = dates.is_fixed(low) and dates.is_fixed(high)
    return _reversed(fixed and dates.days(low, _SOME_DAY)[0] >= dates.days(high, _SOME_DAY)[1], low, high)


def no_whole(value: str) -> str:
    try:
        amounts.whole(value)
    except ValueError:
        return f"“{value}” is no whole number of pixels"
    return ""


def no_number(value: str) -> str:
    return "" if not value.lower().endswith("px") and not no_whole(value) else f"“{value}” is no number"


def no_rating(value: str) -> str:
    stars = len(value) == 1 and value in "012345"
    return "" if stars else f"“{value}” is no rating: write 1 to 5, or 0 for none"


def no_size(value: str) -> str:
    if amounts.sides(value):
        return ""
    try:
        amounts.amount(value)
    except ValueError as error:
        return str(error)
    return ""


def wholes_range(low: str, high: str) -> str:
    return _reversed(amounts.whole(low) > amounts.whole(high), low, high)


def sizes_range(low: str, high: str) -> str:
    if amounts.sides(low) or amounts.sides(high):
        return "a range of sizes is of bytes or of mp: for sides write width: and height:"
    one, other = amounts.amount(low), amounts.amount(high)
    if one.of != other.of or low[-1:].isdigit() != high[-1:].isdigit():
        return f"“{low}” and “{high}” are of different units: write 1mb..2mb or 1mp..2mp"
    return _reversed(one.exact > other.exact, low, high)


def _reversed(wrong: bool, low: str, high: str) -> str:
    return f"the range is the wrong way round: write {high}..{low}" if wrong else ""


def no_type(value: str) -> str:
    if mime_prefix(value) is not None:
        return ""
    meant = suggestion(value, tuple(TYPES))
    return f"“{value}” is no image type: " + (f"did you mean {meant}?" if meant else f"known are {', '.join(TYPES)}")


def none_of(known: tuple[str, ...], what: str, synonyms: tuple[str, ...] = ()) -> Callable[[str], str]:
    def fault(value: str) -> str:
        if value.lower() in known or value.lower() in synonyms:
            return ""
        meant = suggestion(value, (*known, *synonyms))
        return f"“{value}” is no {what}: " + (f"did you mean {meant}?" if meant else f"known are {', '.join(known)}")

    return fault


def no_colour(value: str) -> str:
    """Names of colours, and colours by their numbers."""
    if value.startswith("#"):
        return "" if appearance.shade(value) else f"“{value}” is no colour: write #c03020, or #c03020~ for what is near"
    return none_of(COLOURS, "colour", tuple(COLOUR_SYNONYMS))(value)


def no_shape(value: str) -> str:
    """Names of shapes, and ratios of sides."""
    if not value[:1].isdigit():
        return none_of(SHAPES, "shape")(value)
    return "" if appearance.ratio(value) else f"“{value}” is no ratio of width to height: write 16:9 or 2.39:1"


def no_percent(value: str) -> str:
    try:
        appearance.percent(value)
    except ValueError as error:
        return str(error)
    return ""


def percents_range(low: str, high: str) -> str:
    return _reversed(appearance.percent(low) > appearance.percent(high), low, high)


def no_order(value: str) -> str:
    order = SYNONYMS.get(value, value)
    if order.removeprefix("-") in SORTS and order != "-relevance":
        return ""
    return (
        f"nothing can be sorted by “{value}”: known are {', '.join(SORTS)}, and each but relevance with a '-' before it"
    )


def no_limit(value: str) -> str:
    if value.isascii() and value.isdecimal() and len(value) <= 9 and 1 <= int(value) <= MAX_LIMIT:
        return ""
    return f"“{value}” is no limit: write a whole number from 1 to {MAX_LIMIT}"


def no_answer(value: str) -> str:
    return "" if value.lower() in ("yes", "no") else f"“{value}” is neither yes nor no"
