"""What the values of a library's pictures are called: its tags, albums, cameras …, and how many pictures have each.

Counting a large library takes about a second, so it is done anew only where the catalog changed, and for a small part
of the time at most.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import trio

from vaultd.catalog import autotags, lookup, tags
from vaultd.catalog.privacy import HAS_PRIVATE
from vaultd.catalog.store import Catalog, position
from vaultd.index.words import folded
from vaultd.query.values import TYPES

HIDDEN = f"(SELECT files.image FROM files WHERE files.image IS NOT NULL AND {HAS_PRIVATE})"
"""The private pictures."""
SELDOM = 20
"""At most a so-manieth of the time is spent counting."""

_APART = str.maketrans("/_-", "   ")
_COUNTED = {
    "album": "SELECT albums.name, count(album_images.image) FROM albums"
    " LEFT JOIN album_images ON album_images.album = albums.id AND image {but} GROUP BY albums.id",
    "camera": "SELECT camera, count(*) FROM images WHERE camera IS NOT NULL AND id {but} GROUP BY camera",
    "lens": "SELECT lens, count(*) FROM images WHERE lens IS NOT NULL AND id {but} GROUP BY lens",
    "model": "SELECT model, count(DISTINCT image) FROM generations WHERE model <> '' AND image {but} GROUP BY model",
    "lora": "SELECT name, count(DISTINCT image) FROM loras WHERE image {but} GROUP BY name",
    "sampler": "SELECT sampler, count(DISTINCT image) FROM generations WHERE sampler <> '' AND image {but}"
    " GROUP BY sampler",
    **{
        kind: f"SELECT text, count(DISTINCT image) FROM texts WHERE kind = '{kind}' AND image {{but}} GROUP BY text"
        for kind in ("city", "country", "person", "label")
    },
    "fav": "SELECT 'yes', count(*) FROM favourites WHERE image {but}",
    "month": "SELECT strftime('%Y-%m', taken_at / 1000, 'unixepoch'), count(*) FROM images"
    " WHERE taken_at IS NOT NULL AND id {but} GROUP BY 1",
}
_BEARING = """SELECT tag, count(*) FROM image_tags WHERE state = 'active' AND source {source} AND image {but}
    GROUP BY tag"""


@dataclass(frozen=True, slots=True)
class Name:
    """What something is called. `tags`: those that are meant, of a tag; `count` is then at least what it would be."""

    text: str
    count: int | None
    folded: str
    """To be compared with the start of what is typed."""
    apart: str
    """The same with a space before each of its words."""
    tags: tuple[int, ...] = ()


Names = tuple[Name, ...]


def named(text: str, count: int | None = None, tags: tuple[int, ...] = ()) -> Name:
    """A name, ready to be compared."""
    plain = folded(text)
    return Name(text, count, plain, f" {plain.translate(_APART)}", tags)


@dataclass
class Known:
    """The names by kind, as they were last read. One thread reads at a time, whoever holds `turn`; any may look.

    `names` counts what is shown to everybody, `whole` the private pictures, too.
    """

    names: dict[str, Names] = field(default_factory=dict)
    whole: dict[str, Names] = field(default_factory=dict)
    turn: trio.CapacityLimiter = field(default_factory=lambda: trio.CapacityLimiter(1))
    _seq: int = -1
    _cost_s: float = 0.0
    _read_at: float = 0.0

    def refresh(self, catalog: Catalog) -> None:
        """Reads the names and counts anew, if the catalog changed and they were not read just now."""
        began = time.monotonic()
        if began - self._read_at < SELDOM * self._cost_s:
            return
        with catalog.read() as sql:
            seq = position(sql)
            if seq == self._seq:
                return
            any_hidden = sql.execute(f"SELECT EXISTS {HIDDEN}").fetchone()[0]
            for kind, names in _read(sql, _but(private=not any_hidden)):
                self.names[kind] = names
            self.whole = dict(_read(sql, _but(private=True))) if any_hidden else self.names
        self._seq, self._read_at = seq, time.monotonic()
        self._cost_s = self._read_at - began


def bearing(sql: sqlite3.Connection, kind: str, name: Name, *, private: bool = False) -> int:
    """How many pictures bear a tag or one below it, by the word of a person or, of kind `auto`, of the model.

    `private`: those that are private count, too.
    """
    source = "= 'auto'" if kind == "auto" else "<> 'auto'"
    (count,) = sql.execute(
        "SELECT count(DISTINCT image_tags.image) FROM json_each(?) AS meant"
        " CROSS JOIN image_tags ON image_tags.tag = meant.value AND image_tags.state = 'active'"
        f" WHERE image_tags.source {source} AND image_tags.image {_but(private=private)}",
        (json.dumps(name.tags),),
    ).fetchone()
    return int(count)


def _but(*, private: bool) -> str:
    """The rest of an SQL condition on an image: it is none of those that are not to be counted."""
    return "IS NOT NULL" if private else f"NOT IN {HIDDEN}"


def _read(sql: sqlite3.Connection, but: str) -> Iterator[tuple[str, Names]]:
    """Kind by kind, what is asked for most first: of a large library each takes a while."""
    yield "tag", _tags(sql, but)
    yield "auto", _auto_tags(sql, but)
    for kind, query in _COUNTED.items():
        names = tuple(named(text, count) for text, count in sql.execute(query.format(but=but)))
        yield kind, names
        if kind == "month":
            yield "year", _years(names)
    yield "type", _types(sql, but)


def _years(months: Names) -> Names:
    years: dict[str, int] = {}
    for month in months:
        years[month.text[:4]] = years.get(month.text[:4], 0) + (month.count or 0)
    return tuple(named(year, count) for year, count in years.items())


def _types(sql: sqlite3.Connection, but: str) -> Names:
    short = {mime: name for name, mime in reversed(TYPES.items())}
    rows = sql.execute(f"SELECT type, count(*) FROM images WHERE id {but} GROUP BY type")
    return tuple(named(short.get(mime, mime), count) for mime, count in rows)


def _tags(sql: sqlite3.Connection, but: str) -> Names:
    """The tags of a person's view, each with those below it."""
    counts: dict[int, int] = dict(sql.execute(_BEARING.format(source="<> 'auto'", but=but)))
    parents: dict[int, int | None] = dict(sql.execute("SELECT id, parent FROM tags"))
    listed = {tag for (tag,) in sql.execute("SELECT id FROM tags WHERE listed")}
    below: dict[int, list[int]] = {}
    for tag in counts.keys() | listed:
        above: int | None = tag
        while above is not None:
            below.setdefault(above, []).append(tag)
            above = parents[above]
    names = lookup.tag_names(sql)
    return tuple(
        named(names[tag], sum(counts.get(one, 0) for one in meant), tuple(meant))
        for tag, meant in below.items()
        if names[tag].partition("/")[0] != tags.RESERVED
    )


def _auto_tags(sql: sqlite3.Connection, but: str) -> Names:
    """The model's words, and their groups."""
    counts: dict[int, int] = dict(sql.execute(_BEARING.format(source="= 'auto'", but=but)))
    terms = [(word, tag) for tag, word in autotags.words(sql).items() if tag in counts]
    groups: dict[str, list[int]] = {}
    for word, tag in terms:
        groups.setdefault(word.group, []).append(tag)
    return (
        *(named(word.term, counts[tag], (tag,)) for word, tag in terms),
        *(_group(name, members, counts) for name, members in groups.items()),
    )


def _group(name: str, members: Iterable[int], counts: dict[int, int]) -> Name:
    return named(name, sum(counts[tag] for tag in members), tuple(members))
