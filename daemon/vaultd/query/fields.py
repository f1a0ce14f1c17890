"""The fields of the language: which there are, and what operators and values each takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from vaultd.query import optics, values
from vaultd.query.appearance import COLOURS, SHAPES
from vaultd.query.ast import Operator
from vaultd.query.values import MAX_LIMIT, SORTS, SYNONYMS

__all__ = ["ALIASES", "ANY", "FIELDS", "MAX_LIMIT", "SORTS", "SYNONYMS", "FieldKind"]

ALIASES = {"colour": "color"}
"""Other spellings of fields."""
ANY = "*"
"""The value that says only that there is one, where `any` allows it."""

_EQUAL: frozenset[Operator] = frozenset({"", "="})
_ORDERED: frozenset[Operator] = frozenset({"", "=", "<", "<=", ">", ">=", ".."})
_PLAIN: frozenset[Operator] = frozenset({""})


@dataclass(frozen=True, slots=True)
class FieldKind:
    """What may stand after a field's colon.

    `fault` says what is wrong with one value, `ranged` with two as a range; '' if nothing. `known` are all values there
    are, as they would be proposed; empty where there are too many. `any`: `*` says that there is one, whichever.
    """

    operators: frozenset[Operator]
    fault: Callable[[str], str]
    known: tuple[str, ...] = ()
    ranged: Callable[[str, str], str] = lambda low, high: ""
    any: bool = False


_WORDED = FieldKind(_PLAIN, values.too_long)
_YES_OR_NO = FieldKind(_PLAIN, values.no_answer, ("yes", "no"))
_PERCENT = FieldKind(_ORDERED, values.no_percent, ranged=values.percents_range)

FIELDS: dict[str, FieldKind] = {
    "tag": FieldKind(_EQUAL, values.no_tag),
    "auto": FieldKind(_EQUAL, values.no_tag),
    "album": FieldKind(_EQUAL, values.too_long),
    "name": _WORDED,
    "path": _WORDED,
    "type": FieldKind(_PLAIN, values.no_type, tuple(values.TYPES)),
    "date": FieldKind(_ORDERED, values.no_date, ranged=values.dates_range, any=True),
    "after": FieldKind(_PLAIN, values.no_date),
    "before": FieldKind(_PLAIN, values.no_date),
    "camera": _WORDED,
    "lens": _WORDED,
    "iso": FieldKind(_ORDERED, values.no_number, ranged=values.wholes_range, any=True),
    **{
        name: FieldKind(_ORDERED, optics.fault(meaning), ranged=optics.ranged(meaning), any=True)
        for name, meaning in optics.MEANINGS.items()
    },
    "place": _WORDED,
    "city": _WORDED,
    "country": _WORDED,
    "person": _WORDED,
    "creator": _WORDED,
    "artist": _WORDED,
    "label": _WORDED,
    "rating": FieldKind(_ORDERED, values.no_rating, tuple("12345"), values.wholes_range, any=True),
    "fav": _YES_OR_NO,
    "copy": _YES_OR_NO,
    "private": FieldKind(_PLAIN, values.no_answer, ("yes", "no"), any=True),
    "width": FieldKind(_ORDERED, values.no_whole, ranged=values.wholes_range),
    "height": FieldKind(_ORDERED, values.no_whole, ranged=values.wholes_range),
    "orient": FieldKind(_PLAIN, values.none_of(values.ORIENTATIONS, "orientation"), values.ORIENTATIONS),
    "size": FieldKind(_ORDERED, values.no_size, ranged=values.sizes_range),
    "aspect": FieldKind(_PLAIN, values.no_shape, SHAPES),
    "color": FieldKind(_PLAIN, values.no_colour, COLOURS),
    "mono": _YES_OR_NO,
    "dark": _YES_OR_NO,
    "bright": _YES_OR_NO,
    "brightness": _PERCENT,
    "sharp": _YES_OR_NO,
    "sharpness": _PERCENT,
    "caption": _WORDED,
    "ocr": _WORDED,
    "prompt": _WORDED,
    "negative": _WORDED,
    "model": _WORDED,
    "lora": _WORDED,
    "sampler": _WORDED,
    "seed": _WORDED,
    "source": FieldKind(_PLAIN, values.none_of(values.SOURCES, "source"), values.SOURCES),
    "like": FieldKind(_PLAIN, values.too_long),
    "sort": FieldKind(_PLAIN, values.no_order, values.SORTS),
    "limit": FieldKind(_PLAIN, values.no_limit),
    "group": _YES_OR_NO,
}
"""Every field. `sort`, `limit` and `group` are no conditions: they are of the whole query."""
