"""Every tag with how many images carry it."""

from __future__ import annotations

import sqlite3
import unicodedata

from vaultd.catalog import lookup
from vaultd.catalog.shown import IS_SHOWN
from vaultipc.messages import TagInfo


def listing(sql: sqlite3.Connection, prefix: str = "", source: str = "") -> list[TagInfo]:
    """The tags whose full names start with `prefix`, sorted, with how many images that are shown carry each.

    An image with a subtag counts for every tag above it, once. `source`: only what this one says; empty means the
    view of a person, which is all sources but `auto`.
    """
    found: dict[int, TagInfo] = {}
    wanted = unicodedata.normalize("NFC", prefix)
    rows = dict(sql.execute("SELECT id, listed FROM tags"))
    counts = _counts(sql, source)
    for tag, name in lookup.tag_names(sql).items():
        if name.startswith(wanted) and (tag in counts or (rows[tag] and not source)):
            total, sources = counts.get(tag, (0, {}))
            found[tag] = TagInfo(name=name, count=total, sources=sources, id=str(tag))
    return sorted(found.values(), key=lambda info: info.name)


def _counts(sql: sqlite3.Connection, source: str) -> dict[int, tuple[int, dict[str, int]]]:
    """tag → how many images that are shown carry it or a subtag, and how many of those by each source."""
    said = "source = :source" if source else "source <> 'auto'"
    shown = {image for (image,) in sql.execute(f"SELECT id FROM images WHERE {IS_SHOWN}")}
    parents: dict[int, int | None] = dict(sql.execute("SELECT id, parent FROM tags"))
    carriers: dict[int, dict[str, set[int]]] = {}
    rows = sql.execute(
        f"SELECT tag, source, image FROM image_tags WHERE state = 'active' AND {said}", {"source": source}
    )
    for tag, said_by, image in rows:
        carriers.setdefault(tag, {}).setdefault(said_by, set()).add(image)
    found: dict[int, dict[str, set[int]]] = {}
    for tag, by_source in carriers.items():
        above: int | None = tag
        while above is not None:
            for said_by, images in by_source.items():
                found.setdefault(above, {}).setdefault(said_by, set()).update(images & shown)
            above = parents[above]
    return {
        tag: (len(set().union(*by_source.values())), {said_by: len(images) for said_by, images in by_source.items()})
        for tag, by_source in found.items()
    }
