"""How an answer divides: counts by tag, year, month, type, camera, lens, colour, rating, place, and what generated it.

Every value is written as the field of that name takes it, and is counted as that field counts it: `color:red` of the
same question has as many pictures as are counted under `color`, `red`. A country, region or town is counted by its
whole name; its field also finds it among other words. What is in a region is found by `place:`.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable

import numpy as np

from vaultd.catalog import lookup
from vaultd.catalog.looks import SHOWN_PERCENT
from vaultd.index.vector import Ids

Counts = dict[str, int]

_FACTS = """SELECT images.type, camera, lens, taken_at FROM json_each(?) AS given
    CROSS JOIN images ON images.id = given.value"""
_TAGS = """SELECT image_tags.tag, image_tags.image FROM json_each(?) AS given
    CROSS JOIN image_tags ON image_tags.image = given.value
    WHERE image_tags.state = 'active' AND image_tags.source <> 'auto'"""
_COLOURS = f"""SELECT colour, count(*) FROM json_each(?) AS given
    CROSS JOIN colours ON colours.image = given.value AND colours.share >= {SHOWN_PERCENT} GROUP BY colour"""
_GENERATED = {
    "model": "SELECT model AS value, generations.image FROM json_each(?) AS given"
    " CROSS JOIN generations ON generations.image = given.value",
    "lora": "SELECT name AS value, loras.image FROM json_each(?) AS given"
    " CROSS JOIN loras ON loras.image = given.value",
    "sampler": "SELECT sampler AS value, generations.image FROM json_each(?) AS given"
    " CROSS JOIN generations ON generations.image = given.value",
}
"""File and sidecar may say the same of one image, which counts once."""
_PLACES = """SELECT text AS value, texts.image FROM json_each(?) AS given
    CROSS JOIN texts ON texts.image = given.value AND texts.kind = '{kind}'"""
_RATINGS = """SELECT stars, count(*) FROM
    (SELECT (SELECT rating FROM ratings WHERE ratings.image = given.value ORDER BY source = 'user' DESC, source LIMIT 1)
     AS stars FROM json_each(?) AS given) WHERE stars IS NOT NULL GROUP BY stars"""


def count(sql: sqlite3.Connection, images: Ids) -> dict[str, Counts]:
    """Facet to value to how many of these images have it, the most frequent first; images without one are left out.

    The model's own tags are left out, as a person's view of the tags leaves them out.
    """
    given = (json.dumps(np.sort(images).tolist()),)  # neighbours lie on the same pages
    types, cameras, lenses, taken = zip(*sql.execute(_FACTS, given), strict=True) if len(images) else ((),) * 4
    when = np.array([moment for moment in taken if moment is not None], "datetime64[ms]")
    return {
        "tag": _tags(sql, given),
        "year": _times(when, "Y"),
        "month": _times(when, "M"),
        "type": _counted(types),
        "camera": _counted(cameras),
        "lens": _counted(lenses),
        "color": _most_first(sql.execute(_COLOURS, given)),
        **{facet: _most_first(sql.execute(_distinct(found), given)) for facet, found in _GENERATED.items()},
        **{
            kind: _most_first(sql.execute(_distinct(_PLACES.format(kind=kind)), given))
            for kind in ("country", "region", "city")
        },
        "rating": _most_first((str(stars), number) for stars, number in sql.execute(_RATINGS, given)),
    }


def _tags(sql: sqlite3.Connection, given: tuple[str]) -> Counts:
    """An image counts once for each tag that it bears, and for those above it, whoever says so but the model."""
    bearing: dict[int, set[int]] = {}
    for tag, image in sql.execute(_TAGS, given):
        bearing.setdefault(tag, set()).add(image)
    names = lookup.names_of(sql, bearing)
    found: dict[str, set[int]] = {}
    for tag, borne in bearing.items():
        name = names[tag]
        while name:
            found[name] = found[name] | borne if name in found else borne
            name = name.rpartition("/")[0]
    return _most_first((name, len(borne)) for name, borne in found.items())


def _distinct(found: str) -> str:
    return f"SELECT value, count(DISTINCT image) FROM ({found}) WHERE value <> '' GROUP BY value"


def _times(moments: np.ndarray[tuple[int, ...], np.dtype[np.datetime64]], unit: str) -> Counts:
    values, numbers = np.unique(moments.astype(f"datetime64[{unit}]"), return_counts=True)
    return _most_first(zip(values.astype(str).tolist(), numbers.tolist(), strict=True))


def _counted(values: Iterable[str | None]) -> Counts:
    return _most_first((value, number) for value, number in Counter(values).items() if value is not None)


def _most_first(counts: Iterable[tuple[str, int]]) -> Counts:
    return dict(sorted(counts, key=lambda pair: (-pair[1], pair[0])))
