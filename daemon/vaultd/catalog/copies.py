"""What tells copies of a picture from other pictures, of all there are, and a better copy from a worse one."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vaultd.catalog.shown import IS_OPEN

_TOLD = """
(images.taken_at IS NOT NULL) + (images.camera IS NOT NULL) + (images.lens IS NOT NULL) + (images.iso IS NOT NULL)
+ (SELECT count(*) FROM texts WHERE texts.image = images.id AND texts.source NOT IN ('user', 'xattr')
   AND texts.source NOT GLOB 'model:*' AND texts.source NOT GLOB 'ocr:*')
+ (SELECT count(*) FROM generations WHERE generations.image = images.id AND generations.source = 'generator')
+ (SELECT count(*) FROM image_tags WHERE image_tags.image = images.id AND image_tags.source IN ('xmp', 'iptc'))
"""


@dataclass(frozen=True, slots=True)
class Copies:
    """Of n contents, each column int64 [n]; `types`: MIME.

    `told`: how many facts the file itself says of the picture. `since`: when the oldest of its files was written, in
    nanoseconds since 1970. `was_jpeg`: whether it is kept without loss, and was made of a JPEG.
    """

    images: NDArray[np.int64]
    pixels: NDArray[np.int64]
    types: Sequence[str]
    told: NDArray[np.int64]
    bytes: NDArray[np.int64]
    since: NDArray[np.int64]
    was_jpeg: NDArray[np.int64]


def shown_hashes(
    sql: sqlite3.Connection, least_contrast: float, among: Sequence[int] | None = None
) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """Which images, of all or of these, may be listed and have looks of some contrast: ids, and uint64 [n, 2].

    The words are pHash and dHash; images come by id.
    """
    source = "looks" if among is None else "json_each(?2) AS given CROSS JOIN looks ON looks.image = given.value"
    rows = sql.execute(
        f"SELECT images.id, phash, dhash FROM {source} CROSS JOIN images ON images.id = looks.image"
        f" WHERE contrast >= ?1 AND {IS_OPEN} ORDER BY images.id",
        (least_contrast,) if among is None else (least_contrast, json.dumps(list(among))),
    ).fetchall()
    found = np.array(rows, np.int64).reshape(-1, 3)
    return found[:, 0], np.ascontiguousarray(found[:, 1:]).view(np.uint64)


def shown_images(sql: sqlite3.Connection, among: Sequence[int] | None = None) -> NDArray[np.int64]:
    """Which images, of all or of these, may be listed; ascending."""
    source = "images" if among is None else "json_each(?) AS given CROSS JOIN images ON images.id = given.value"
    values = () if among is None else (json.dumps(list(among)),)
    rows = sql.execute(f"SELECT images.id FROM {source} WHERE {IS_OPEN} ORDER BY images.id", values)
    return np.fromiter((image for (image,) in rows), np.int64)


def copies_of(sql: sqlite3.Connection, images: NDArray[np.int64]) -> Copies:
    """Of these images, in their order; those that the catalog does not know are left out."""
    rows = sql.execute(
        f"""SELECT images.id, images.width * images.height, images.type, {_TOLD}, images.size,
            coalesce((SELECT min(mtime_ns) FROM files WHERE files.image = images.id), images.added_at * 1000000),
            coalesce((SELECT was_jpeg FROM looks WHERE looks.image = images.id), 0)
        FROM json_each(?) AS given CROSS JOIN images ON images.id = given.value ORDER BY given.key""",
        (json.dumps(images.tolist()),),
    ).fetchall()
    ids, pixels, types, told, size, since, was_jpeg = zip(*rows, strict=True) if rows else ((),) * 7
    return Copies(
        images=np.array(ids, np.int64),
        pixels=np.array(pixels, np.int64),
        types=types,
        told=np.array(told, np.int64),
        bytes=np.array(size, np.int64),
        since=np.array(since, np.int64),
        was_jpeg=np.array(was_jpeg, np.int64),
    )
