"""Files that could not be read, and why."""

from __future__ import annotations

import sqlite3
from typing import Any

from vaultd.catalog.store import Transaction, now_ms
from vaultd.domain.moments import rfc3339
from vaultd.domain.paths import absolute, name_of
from vaultipc.codec import display
from vaultipc.messages import FailedFile

_LISTING = """
SELECT files.id, coalesce(volumes.mount_point, volumes.last_mount_point, CAST('/' AS BLOB)), files.path,
       failures.reason, failures.kind, failures.failed_at, failures.attempts, files.size, files.mtime_ns,
       files.blocks, files.mode, files.uid, files.gid
FROM failures JOIN files ON files.id = failures.file JOIN volumes ON volumes.id = files.volume
JOIN roots ON roots.id = files.root
WHERE files.state = 'present' AND roots.removed_at IS NULL AND files.private <= ? ORDER BY files.path
"""


def record(tx: Transaction, file: int, kind: str, reason: str) -> None:
    """Quarantines a file as it is now; it is not read again until it changes or somebody asks."""
    tx.sql.execute(
        "INSERT INTO failures (file, kind, reason, attempts, size, mtime_ns, failed_at)"
        " SELECT id, ?, ?, 1, size, mtime_ns, ? FROM files WHERE id = ?"
        " ON CONFLICT (file) DO UPDATE SET kind = excluded.kind, reason = excluded.reason,"
        " attempts = failures.attempts + 1, size = excluded.size, mtime_ns = excluded.mtime_ns,"
        " failed_at = excluded.failed_at",
        (kind, reason, now_ms(), file),
    )
    tx.changed("file", file)


def clear(tx: Transaction, file: int) -> None:
    """Forgets that a file failed: it was read, or it is to be tried again."""
    if tx.sql.execute("DELETE FROM failures WHERE file = ?", (file,)).rowcount:
        tx.changed("file", file)


def listing(sql: sqlite3.Connection, *, private: bool = True) -> list[FailedFile]:
    """Every quarantined file that is still there, by path; without `private` those that may be shown to anybody."""
    return [_shown(*row) for row in sql.execute(_LISTING, (int(private),))]


def _shown(
    file: int, mount_point: bytes, path: bytes, reason: str, kind: str, failed_at: int, attempts: int, *facts: Any
) -> FailedFile:
    full, full_b64 = display(absolute(mount_point, path))
    name, name_b64 = display(name_of(path))
    return FailedFile(
        path=full,
        path_b64=full_b64,
        reason=reason,
        kind=kind,
        time=rfc3339(failed_at),
        attempts=attempts,
        file=str(file),
        name=name,
        name_b64=name_b64,
        size=facts[0],
        mtime_ns=facts[1],
        blocks=facts[2],
        mode=facts[3],
        uid=facts[4],
        gid=facts[5],
    )


def retry(tx: Transaction) -> int:
    """Makes every quarantined file pending again, as if it had changed; returns how many."""
    tx.changed("file", 0)
    return tx.sql.execute("UPDATE failures SET size = -1").rowcount
