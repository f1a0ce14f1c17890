"""Listing records: what a folder or an answer shows of each image, read for thousands of images at once.

An image is a content; the file shown is an online one, if it has any: the first that the caller prefers (a query's
`path:` and `name:` terms), then by root order, shortest path, bytes.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from msgspec import UNSET, structs

from vaultd.catalog import details, generations, looks, marks, shown
from vaultd.catalog.store import position
from vaultd.domain.moments import rfc3339
from vaultd.domain.paths import absolute, name_of
from vaultd.metadata.precedence import settled
from vaultipc.codec import display
from vaultipc.messages import FilePlace, Hit, HowTaken, ImageInfo, ImageState, TagOnImage, TextOnImage

EVERY: frozenset[ImageState] = frozenset({"online", "offline", "missing"})

_FILES = f"""
SELECT files.image, {shown.PLACE}, files.path,
       CASE WHEN files.state = 'missing' THEN 'missing' WHEN volumes.mount_point IS NULL THEN 'offline'
            ELSE 'online' END AS standing,
       files.size, files.blocks, files.mtime_ns, files.mode, files.uid, files.gid,
       images.width, images.height, strftime('%Y-%m-%dT%H:%M:%SZ', images.taken_at / 1000, 'unixepoch'),
       lower(hex(substr(images.hash, 1, 8)))
FROM json_each(?) AS wanted
CROSS JOIN images ON images.id = wanted.value
CROSS JOIN files ON files.image = images.id
JOIN volumes ON volumes.id = files.volume JOIN roots ON roots.id = files.root
WHERE roots.removed_at IS NULL
ORDER BY standing = 'online' DESC, standing = 'offline' DESC, roots.position, length(files.path), files.path
"""

_TAGS = """
SELECT image_tags.image, image_tags.tag FROM json_each(?) AS wanted
CROSS JOIN image_tags ON image_tags.image = wanted.value
WHERE image_tags.state = 'active' AND image_tags.source <> 'auto'
"""


def hits(
    sql: sqlite3.Connection,
    ids: Sequence[int],
    scores: Mapping[int, float] | None = None,
    *,
    first_rank: int = 1,
    states: frozenset[ImageState] | None = None,
    prefer: Callable[[bytes], bool] | None = None,
) -> list[Hit]:
    """The listing records of these images, in this order.

    An image that does not exist, or whose best file is in none of `states` (None: those that are shown), is left out;
    the others keep the rank of their place in `ids`. `prefer` says of an absolute path whether it should be shown
    before others of its state.
    """
    wanted, states = json.dumps(list(ids)), shown.states(sql) if states is None else states
    places = _places(sql, wanted, prefer)
    tags = tags_of(sql, ids)
    found = []
    for rank, image in enumerate(ids, start=first_rank):
        place = places.get(image)
        if place is not None and place[3] in states:
            score = None if scores is None else scores.get(image)
            found.append(_hit(rank, score, place, tags.get(image, [])))
    return found


def hit(sql: sqlite3.Connection, image: int, states: frozenset[ImageState] = EVERY) -> Hit | None:
    """The listing record of one image, None if it does not exist or is in none of `states`."""
    found = hits(sql, [image], states=states)
    return found[0] if found else None


def tag_names(sql: sqlite3.Connection) -> dict[int, str]:
    """The full name, with '/', of every tag."""
    return dict(
        sql.execute(
            "WITH RECURSIVE tree (id, name) AS (SELECT id, name FROM tags WHERE parent IS NULL"
            " UNION ALL SELECT tags.id, tree.name || '/' || tags.name FROM tags JOIN tree ON tags.parent = tree.id)"
            " SELECT id, name FROM tree"
        )
    )


def names_of(sql: sqlite3.Connection, tags: Iterable[int]) -> dict[int, str]:
    """The full name, with '/', of each of these tags: soon said, however many others there are."""
    return dict(
        sql.execute(
            "WITH RECURSIVE above (tag, parent, name) AS (SELECT tags.id, tags.parent, tags.name"
            " FROM json_each(?) AS given CROSS JOIN tags ON tags.id = given.value"
            " UNION ALL SELECT above.tag, tags.parent, tags.name || '/' || above.name"
            " FROM above JOIN tags ON tags.id = above.parent)"
            " SELECT tag, name FROM above WHERE parent IS NULL",
            (json.dumps(list(tags)),),
        )
    )


def tags_of(sql: sqlite3.Connection, ids: Iterable[int]) -> dict[int, list[str]]:
    """The full names, sorted, of the active tags of each of these images; the model's own are left out."""
    # Several sources may say the same. Sorting them out in SQL takes five times as long.
    rows = dict.fromkeys(sql.execute(_TAGS, (json.dumps(list(ids)),)))
    names = names_of(sql, {tag for _, tag in rows})
    found: dict[int, list[str]] = {}
    for image, tag in rows:
        found.setdefault(image, []).append(names[tag])
    for tags in found.values():
        tags.sort()
    return found


def image_info(sql: sqlite3.Connection, image: int) -> ImageInfo | None:
    """All that is known of one image, None if it does not exist."""
    row = sql.execute(
        "SELECT size, type, width, height, taken_at, camera, lens, iso, hash,"
        " EXISTS (SELECT 1 FROM favourites WHERE favourites.image = images.id) FROM images WHERE id = ?",
        (image,),
    ).fetchone()
    if row is None:
        return None
    size, kind, width, height, taken_at, camera, lens, iso, content, favourite = row
    ratings, quality = marks.ratings(sql, image), looks.quality_of(sql, image)
    return ImageInfo(
        id=str(image),
        paths=places(sql, [image]).get(image, []),
        size=size,
        type=kind,
        width=width,
        height=height,
        date=None if taken_at is None else rfc3339(taken_at),
        camera=camera,
        lens=lens,
        iso=iso,
        colors=looks.colours_of(sql, image),
        mono=quality.mono,
        sharpness=quality.sharpness,
        brightness=quality.brightness,
        tags=_tags_with_sources(sql, image),
        texts=_texts(sql, image),
        favourite=bool(favourite),
        rating=next(iter(ratings.values()), 0),
        ratings=ratings,
        taken=_taken(sql, image),
        generation=generations.told(sql, image),
        copy_of=_copy_of(sql, image),
        albums=_albums(sql, image),
        hash=content.hex(),
        seq=position(sql),
    )


def _taken(sql: sqlite3.Connection, image: int) -> HowTaken:
    told = details.of(sql, image)
    meant = settled(told)
    return HowTaken(
        zone=None if meant.zone is None else _zone(meant.zone),
        exposure=None if meant.exposure is None else meant.exposure / 1_000_000,
        aperture=None if meant.aperture is None else meant.aperture / 10,
        focal=None if meant.focal is None else meant.focal / 10,
        latitude=meant.latitude,
        longitude=meant.longitude,
        sources=meant.sources,
        told={source: {k: v for k, v in structs.asdict(one).items() if v} for source, one in told.items()},
    )


def _zone(minutes: int) -> str:
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _copy_of(sql: sqlite3.Connection, image: int) -> str:
    row = sql.execute("SELECT best FROM copies WHERE image = ?", (image,)).fetchone()
    return str(row[0]) if row else ""


def places(sql: sqlite3.Connection, ids: Iterable[int]) -> dict[int, list[FilePlace]]:
    """All files of each of these images, the one that a listing shows first."""
    found: dict[int, list[FilePlace]] = {}
    for image, mount_point, path, state, size, _blocks, mtime_ns, *_owner in sql.execute(
        _FILES, (json.dumps(list(ids)),)
    ):
        text, exact = display(absolute(mount_point, path))
        place = FilePlace(path=text, path_b64=exact, state=state, size=size, mtime_ns=mtime_ns)
        found.setdefault(image, []).append(place)
    return found


def names(sql: sqlite3.Connection, ids: Iterable[int]) -> dict[int, bytes]:
    """The file name that a listing shows of each of these images."""
    found: dict[int, bytes] = {}
    for row in sql.execute(_FILES, (json.dumps(list(ids)),)):
        found.setdefault(row[0], name_of(row[2]))
    return found


def _places(sql: sqlite3.Connection, wanted: str, prefer: Callable[[bytes], bool] | None) -> dict[int, tuple[Any, ...]]:
    """The row of _FILES to show for each image."""
    best: dict[int, tuple[Any, ...]] = {}
    preferred: set[int] = set()
    for row in sql.execute(_FILES, (wanted,)):
        image = row[0]
        if image not in best:
            best[image] = row
        if prefer is not None and image not in preferred and row[3] == best[image][3] and prefer(absolute(*row[1:3])):
            best[image] = row
            preferred.add(image)
    return best


def _hit(rank: int, score: float | None, place: tuple[Any, ...], tags: list[str]) -> Hit:
    image, mount_point, path, state, size, blocks, mtime_ns, mode, uid, gid, width, height, date, content = place
    full, full_b64 = display(absolute(mount_point, path))
    name, name_b64 = (full.rpartition("/")[2], UNSET) if full_b64 is UNSET else display(name_of(path))
    return Hit(
        id=str(image),
        name=name,
        name_b64=name_b64,
        path=full,
        path_b64=full_b64,
        rank=rank,
        score=score,
        state=state,
        tags=tags,
        width=width,
        height=height,
        date=date,
        size=size,
        blocks=blocks,
        mtime_ns=mtime_ns,
        mode=mode,
        uid=uid,
        gid=gid,
        content=content,
    )


def _tags_with_sources(sql: sqlite3.Connection, image: int) -> list[TagOnImage]:
    rows = sql.execute(
        "SELECT tag, source, score FROM image_tags WHERE image = ? AND state = 'active'", (image,)
    ).fetchall()
    names = names_of(sql, {tag for tag, _, _ in rows})
    found = [TagOnImage(name=names[tag], source=source, score=score) for tag, source, score in rows]
    return sorted(found, key=lambda tag: (tag.name, tag.source))


def _texts(sql: sqlite3.Connection, image: int) -> list[TextOnImage]:
    rows = sql.execute(
        "SELECT kind, text, source, confidence FROM texts LEFT JOIN told_by ON told_by.teller = texts.source"
        " AND told_by.image = texts.image WHERE texts.image = ? ORDER BY kind, source = 'user' DESC,"
        " source = 'sidecar' DESC, source",
        (image,),
    )
    return [
        TextOnImage(kind=kind, text=text, source=source, confidence=UNSET if sure is None else round(sure, 2))
        for kind, text, source, sure in rows
    ]


def _albums(sql: sqlite3.Connection, image: int) -> list[str]:
    rows = sql.execute(
        "SELECT albums.name FROM album_images JOIN albums ON albums.id = album_images.album"
        " WHERE album_images.image = ? ORDER BY albums.name",
        (image,),
    )
    return [name for (name,) in rows]
