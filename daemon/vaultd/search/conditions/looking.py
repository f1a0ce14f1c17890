"""What a picture looks like: its colours, whether it has any, how bright and sharp it is, and its shape."""

from __future__ import annotations

import sqlite3
import struct
from functools import lru_cache

import numpy as np

from vaultd.catalog.looks import MONO, SHOWN_PERCENT
from vaultd.domain.looks import COLOURS, TINT_UNIT
from vaultd.query import Field
from vaultd.query.appearance import COLOUR_SYNONYMS, percent, ratio, shade
from vaultd.query.values import is_yes
from vaultd.search.conditions.condition import Condition, Value, belonging, compared
from vaultd.worker import colours

DARK = 30
BRIGHT = 75
SHARP = 50
"""From here on `sharp:yes`; a Gaussian blur of 1/400 of the shorter side lies above, of 1/200 below."""

NEAR = 0.1
"""Of a colour with a `~`: how far in Oklab others may lie that count, a fifth of the way from red to green."""
SAME = 0.04
"""Of one without: about what an eye tells apart side by side."""
_BIN = 0.08
"""Half the diagonal of the bins whose means a palette holds."""

SLACK = 0.015
"""So much may a ratio differ: sides are whole pixels, and a ratio is rounded (1366x768)."""
PANORAMA = 2.0
_SCALE = 10**6

_ANSWERS = {
    "mono": ("colourfulness", "<=", MONO),
    "dark": ("brightness", "<=", DARK),
    "bright": ("brightness", ">=", BRIGHT),
    "sharp": ("sharpness", ">=", SHARP),
}


def register(sql: sqlite3.Connection) -> None:
    """Makes the function known by which palettes are judged."""
    sql.create_function("vault_shade", 2, share, deterministic=True)


def coloured(sql: sqlite3.Connection, field: Field, among: int | None) -> Condition:
    """Enough of it is of this colour, by name or by numbers."""
    if shade(field.value) is not None:
        return _shaded(field.value.lower(), among)
    lower = field.value.lower()
    where = "colours.colour = ? AND colours.share >= ?"
    return belonging(sql, "colours", where, (COLOUR_SYNONYMS.get(lower, lower), SHOWN_PERCENT), among)


def answered(sql: sqlite3.Connection, field: Field, among: int | None) -> Condition:
    """It is dark, bright, sharp or without colours, or is known not to be."""
    column, operator, bound = _ANSWERS[field.name]
    said = f"looks.{column} {operator} ?"
    where = said if is_yes(field.value) else f"looks.{column} IS NOT NULL AND NOT ({said})"
    return belonging(sql, "looks", where, (bound,), among)


def measured(sql: sqlite3.Connection, field: Field, among: int | None) -> Condition:
    """How sharp or bright it is, as far as that is known."""
    wanted = compared(f"looks.{field.name}", field, _exactly)
    return belonging(sql, "looks", wanted.sql, wanted.values, among)


def shaped(field: Field) -> Condition:
    """Its sides: a ratio of width to height, give or take SLACK, or what that is called."""
    wide, tall = "images.width * ? > images.height * ?", "images.width * ? < images.height * ?"
    match field.value.lower():
        case "landscape":
            return Condition(wide, _scaled(1 + SLACK))
        case "portrait":
            return Condition(tall, _scaled(1 - SLACK))
        case "panorama":
            return Condition(f"({wide}) OR ({tall})", (*_scaled(PANORAMA - SLACK), *_scaled(1 / (PANORAMA - SLACK))))
        case "square":
            wanted = 1.0
        case written:
            wanted = ratio(written) or 1.0
    values = (*_scaled(wanted * (1 - SLACK)), *_scaled(wanted * (1 + SLACK)))
    return Condition(f"NOT ({tall}) AND NOT ({wide})", values)


def share(written: str, palette: bytes | None) -> int:
    """Percent of a picture with this palette (`vaultd.domain.looks`) that is of a colour, or near it."""
    if not palette:
        return 0
    light, a, b, limit = _target(written)
    return sum(
        percent
        for lightness, along, across, percent in struct.iter_unpack("BbbB", palette)
        if (lightness / 255 - light) ** 2 + (along * TINT_UNIT - a) ** 2 + (across * TINT_UNIT - b) ** 2 <= limit
    )


def _shaded(written: str, among: int | None) -> Condition:
    """A colour by its numbers. Of the whole library, only pictures of such colours by name are looked at."""
    enough = "vault_shade(?, looks.palette) >= ?"
    if among is not None:
        found = f"EXISTS (SELECT 1 FROM looks WHERE looks.image = images.id AND {enough})"
        return Condition(found, (written, SHOWN_PERCENT))
    names = _names(written)
    values: tuple[Value, ...] = (*names, SHOWN_PERCENT // len(names), written, SHOWN_PERCENT)
    return Condition(
        f"images.id IN (SELECT looks.image FROM (SELECT DISTINCT image FROM colours WHERE colour IN"
        f" ({', '.join('?' * len(names))}) AND share >= ?) AS likely CROSS JOIN looks ON looks.image = likely.image"
        f" WHERE {enough})",
        values,
    )


@lru_cache(maxsize=256)
def _target(written: str) -> tuple[float, float, float, float]:
    """Lightness, a and b in Oklab of a colour, and the square of the distance to it that counts."""
    wanted = shade(written)
    assert wanted is not None, "the parser lets nothing else through"
    light, a, b = colours.oklab(np.array(wanted.rgb, np.float64)).tolist()
    return light, a, b, (NEAR if wanted.near else SAME) ** 2


@lru_cache(maxsize=256)
def _names(written: str) -> tuple[str, ...]:
    """What the pixels may be called of which a palette says that they are of this colour."""
    light, a, b, limit = _target(written)
    away = ((colours.table() - (light, a, b)) ** 2).sum(axis=-1)
    close = colours.table()[away <= (limit**0.5 + _BIN) ** 2]
    return tuple(COLOURS[place] for place in np.unique(colours.named(close)).tolist())


def _scaled(wanted: float) -> tuple[int, int]:
    """Factors of width and height: `width * first > height * second` is a ratio above `wanted`."""
    return _SCALE, round(wanted * _SCALE)


def _exactly(text: str) -> tuple[int, int]:
    return percent(text), percent(text)
