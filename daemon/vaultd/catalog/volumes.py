"""File systems that pictures were seen on, and where each is mounted now."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from vaultd.catalog.store import Transaction


@dataclass(frozen=True)
class Identity:
    """What a file system is known by across mounts: its UUID, or else a fingerprint. `kind`: local or network."""

    kind: str
    fs_uuid: str | None
    fingerprint: str | None


@dataclass(frozen=True)
class Volume:
    """A row of `volumes`. `mount_point` is None while it is offline."""

    id: int
    identity: Identity
    mount_point: bytes | None


def everything(sql: sqlite3.Connection) -> list[Volume]:
    """All volumes ever seen."""
    rows = sql.execute("SELECT id, kind, fs_uuid, fingerprint, mount_point FROM volumes ORDER BY id")
    return [Volume(row[0], Identity(row[1], row[2], row[3]), None if row[4] is None else bytes(row[4])) for row in rows]


def within(sql: sqlite3.Connection, volume: int | None) -> Callable[[bytes], bool] | None:
    """Whether an absolute path lies where a volume is or was mounted; None if that is not known, or for no volume."""
    row = sql.execute("SELECT last_mount_point FROM volumes WHERE id = ?", (volume,)).fetchone()
    if row is None or row[0] is None:
        return None
    top = row[0].rstrip(b"/") + b"/"
    return lambda path: path.startswith(top)


def is_online(sql: sqlite3.Connection, volume: int) -> bool:
    """Whether a volume is mounted, and answers."""
    return bool(sql.execute("SELECT mount_point IS NOT NULL FROM volumes WHERE id = ?", (volume,)).fetchone()[0])


def ensure(tx: Transaction, identity: Identity, mount_point: bytes) -> Volume:
    """The volume of this identity, made if it is new. One that is online stays where it is known to be mounted."""
    known = [volume for volume in everything(tx.sql) if volume.identity == identity]
    if not known:
        row = tx.sql.execute(
            "INSERT INTO volumes (kind, fs_uuid, fingerprint, mount_point, last_mount_point) VALUES (?, ?, ?, ?, ?)"
            " RETURNING id",
            (identity.kind, identity.fs_uuid, identity.fingerprint, mount_point, mount_point),
        ).fetchone()
        return Volume(row[0], identity, mount_point)
    if known[0].mount_point is None:
        place(tx, known[0].id, mount_point)
        return Volume(known[0].id, identity, mount_point)
    return known[0]


def place(tx: Transaction, volume: int, mount_point: bytes | None) -> None:
    """Records where a volume is mounted now, None for nowhere; its files come online or go offline with it."""
    tx.sql.execute(
        "UPDATE volumes SET mount_point = :place, last_mount_point = coalesce(:place, last_mount_point) WHERE id = :id",
        {"place": mount_point, "id": volume},
    )
    for (root,) in tx.sql.execute("SELECT DISTINCT root FROM files WHERE volume = ?", (volume,)).fetchall():
        tx.changed("root", root)
    tx.changed("file", volume)


def away(sql: sqlite3.Connection) -> list[bytes]:
    """Where the volumes that are not mounted now were mounted last, as far as that is known."""
    rows = sql.execute("SELECT last_mount_point FROM volumes WHERE mount_point IS NULL AND last_mount_point NOTNULL")
    return [place for (place,) in rows]
