"""Reading from the catalog what a person said."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any

from vaultd.catalog import rules, subscriptions
from vaultd.catalog.lookup import names_of
from vaultd.catalog.store import now_ms
from vaultd.domain.moments import rfc3339
from vaultd.domain.paths import absolute
from vaultd.safekeeping.said import Album, Rejected, RuleSaid, Said, SaidOfImage, Saved, SubscriptionSaid, Verdict


def said(sql: sqlite3.Connection) -> Said:
    """Everything, of one committed state."""
    contents = _contents(sql)
    return Said(
        made_at=rfc3339(now_ms()),
        tags=sorted(names_of(sql, {tag for (tag,) in sql.execute("SELECT id FROM tags WHERE listed")}).values()),
        albums=list(_albums(sql, contents)),
        saved=[Saved(name=n, query=q, level=v) for n, q, v in sql.execute("SELECT name, query, level FROM saved")],
        rules=list(_rules(sql)),
        subscriptions=list(_subscriptions(sql)),
        feedback=[
            Verdict(query=query, image=contents[image], verdict=verdict)
            for query, image, verdict in sql.execute("SELECT query, image, verdict FROM feedback ORDER BY query, image")
        ],
        images=list(_images(sql, contents)),
    )


def shown_tags(sql: sqlite3.Connection) -> dict[str, list[str]]:
    """The tags that a person sees on each content, whoever gave them but the model."""
    contents, found = _contents(sql), defaultdict(list)
    rows = sql.execute(
        "SELECT DISTINCT image, tag FROM image_tags WHERE state = 'active' AND source <> 'auto'"
    ).fetchall()
    names = names_of(sql, {tag for _, tag in rows})
    for image, tag in rows:
        found[contents[image]].append(names[tag])
    return {content: sorted(tags) for content, tags in found.items()}


def places(sql: sqlite3.Connection, contents: Collection[str]) -> dict[str, list[bytes]]:
    """The absolute paths of the files of these contents that are on a volume whose place is known."""
    rows = sql.execute(
        "SELECT hash, coalesce(mount_point, last_mount_point) AS place, path FROM files"
        " JOIN images ON images.id = files.image JOIN volumes ON volumes.id = files.volume"
        " WHERE state = 'present' AND place IS NOT NULL ORDER BY files.id"
    )
    found: dict[str, list[bytes]] = defaultdict(list)
    for content, mount_point, path in rows:
        if content.hex() in contents:
            found[content.hex()].append(absolute(mount_point, path))
    return found


def _contents(sql: sqlite3.Connection) -> dict[int, str]:
    return {image: content.hex() for image, content in sql.execute("SELECT id, hash FROM images")}


def _albums(sql: sqlite3.Connection, contents: dict[int, str]) -> Iterator[Album]:
    for album, name in sql.execute("SELECT id, name FROM albums ORDER BY name").fetchall():
        rows = sql.execute("SELECT image FROM album_images WHERE album = ? ORDER BY position, image", (album,))
        yield Album(name=name, images=[contents[image] for (image,) in rows])


def _rules(sql: sqlite3.Connection) -> Iterator[RuleSaid]:
    known = rules.listing(sql)
    names = names_of(sql, {rule.tag for rule in known})
    for rule in known:
        yield RuleSaid(query=rule.query, tag=names[rule.tag], level=rule.level)


def _subscriptions(sql: sqlite3.Connection) -> Iterator[SubscriptionSaid]:
    known = subscriptions.listing(sql)
    names = names_of(sql, {one.tag for one in known if one.tag is not None})
    for one in known:
        tag = names[one.tag] if one.tag is not None else ""
        yield SubscriptionSaid(
            url=one.url, site=one.site, provider=one.provider, every_s=one.every_s, limit=one.most, tag=tag
        )


def _images(sql: sqlite3.Connection, contents: dict[int, str]) -> Iterator[SaidOfImage]:
    """Of each content that anything was said of."""
    told: dict[int, dict[str, Any]] = defaultdict(lambda: {"tags": [], "ruled": [], "rejected": [], "texts": {}})
    rows = sql.execute(
        "SELECT image, tag, source, state FROM image_tags WHERE source IN ('user', 'rule') OR state = 'rejected'"
    ).fetchall()
    names = names_of(sql, {row[1] for row in rows})
    for image, tag, source, state in sorted(rows, key=lambda row: (names[row[1]], row[2])):
        if state == "active":
            told[image]["ruled" if source == rules.SOURCE else "tags"].append(names[tag])
        else:
            told[image]["rejected"].append(Rejected(names[tag], source))
    for (image,) in sql.execute("SELECT image FROM favourites"):
        told[image]["favourite"] = True
    for image, rating in sql.execute("SELECT image, rating FROM ratings WHERE source = 'user'"):
        told[image]["rating"] = rating
    for image, kind, text in sql.execute("SELECT image, kind, text FROM texts WHERE source = 'user' ORDER BY kind"):
        told[image]["texts"][kind] = text
    where = places(sql, {contents[image] for image in told})
    for image in sorted(told):
        paths = [path.decode("utf-8", "replace") for path in where.get(contents[image], [])]
        yield SaidOfImage(hash=contents[image], paths=paths, **told[image])
