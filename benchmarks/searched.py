"""A library that is searched by the real engine without a daemon: pictures, texts and vectors put into a catalog."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import trio

from training.evaluate import Vectors
from vaultd.catalog import embeddings, models
from vaultd.catalog.models import Model
from vaultd.catalog.store import Catalog, Transaction
from vaultd.config import load
from vaultd.index.follower import Followers
from vaultd.models.engines import Encoders
from vaultd.search.engine import SearchEngine
from vaultipc.messages import Level, SearchParams, Side

FOLDER = b"home/pictures"
FILLING_S = 120


@dataclass(frozen=True)
class Item:
    """A picture of the library. `path` is below the watched folder, `taken_at` in seconds; the rest is as written."""

    path: str
    vector: Vectors
    tags: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    texts: tuple[tuple[str, str], ...] = ()
    """Kind and text."""
    taken_at: int | None = None
    camera: str | None = None


class Library:
    """Asks the engine; an answer is the places of its pictures among the items, best first."""

    def __init__(self, engine: SearchEngine) -> None:
        self._engine = engine

    async def answer(self, query: str, only: Side | None = None, level: Level = "default") -> list[int]:
        """Everything that a query finds."""
        params = SearchParams(query=query, level=level, limit=10_000, only=only or "")
        result = await self._engine.search(params)
        return [int(hit.id) - 1 for hit in result.hits]


@asynccontextmanager
async def searched(items: Sequence[Item], encoders: Encoders) -> AsyncIterator[Library]:
    """The items as a library of its own in a temporary folder, indexed."""
    with TemporaryDirectory(prefix="vvault-quality-") as name:
        folder = Path(name)
        catalog = Catalog.open(folder / "catalog.db")
        try:
            model = fill(catalog, items, encoders)
            followers = Followers(catalog, folder / "index", model)
            config = load(None, {"HOME": name, "XDG_CONFIG_HOME": name})
            engine = SearchEngine(catalog, config, encoders.pack, encoders.text, followers.vectors, followers.texts)
            async with trio.open_nursery() as nursery:
                await nursery.start(followers.serve)
                with trio.fail_after(FILLING_S):
                    await followers.caught_up(catalog.seq())
                yield Library(engine)
                nursery.cancel_scope.cancel()
        finally:
            catalog.close()


def fill(catalog: Catalog, items: Sequence[Item], encoders: Encoders) -> Model:
    """Puts the items into an empty catalog; their images are numbered from 1."""
    manifest = encoders.pack.manifest
    with catalog.write() as tx:
        model = models.register(tx, manifest.name, manifest.revision, manifest.dimension)
        tx.sql.execute("INSERT INTO volumes (kind, fs_uuid, mount_point) VALUES ('local', 'one', ?)", (b"/",))
        tx.sql.execute("INSERT INTO roots (volume, path, position, added_at) VALUES (1, ?, 0, 0)", (FOLDER,))
        for number, item in enumerate(items, 1):
            _put(tx, number, item)
            embeddings.put(tx, number, model, item.vector)
    return model


def _put(tx: Transaction, image: int, item: Item) -> None:
    """One image with its file, tags, keywords and texts."""
    tx.sql.execute(
        "INSERT INTO images (id, hash, type, size, width, height, taken_at, camera, added_at, metadata_version)"
        " VALUES (?, ?, 'image/jpeg', 1000, 640, 480, ?, ?, ?, 1)",
        (image, hashlib.blake2b(item.path.encode(), digest_size=32).digest(), item.taken_at, item.camera, image),
    )
    tx.sql.execute(
        "INSERT INTO files (volume, root, path, inode, mtime_ns, ctime_ns, size, blocks, mode, uid, gid, state, image,"
        " seen_at) VALUES (1, 1, ?, ?, 5, 5, 1000, 2, 33188, 1000, 1000, 'present', ?, 0)",
        (FOLDER + b"/" + item.path.encode(), image, image),
    )
    for source, names in (("user", item.tags), ("xmp", item.keywords)):
        _tag(tx, image, source, names)
    tx.sql.executemany("INSERT INTO texts VALUES (?, ?, 'xmp', ?)", [(image, *text) for text in item.texts])
    tx.changed("image", image)


def _tag(tx: Transaction, image: int, source: str, names: Iterable[str]) -> None:
    for name in names:
        row = tx.sql.execute("SELECT id FROM tags WHERE parent IS NULL AND name = ?", (name,)).fetchone()
        if row is None:
            row = tx.sql.execute("INSERT INTO tags (name, created_at) VALUES (?, 0) RETURNING id", (name,)).fetchone()
            tx.changed("tag", row[0])
        values = (image, row[0], source)
        tx.sql.execute("INSERT OR REPLACE INTO image_tags VALUES (?, ?, ?, 'active', NULL, 0)", values)
