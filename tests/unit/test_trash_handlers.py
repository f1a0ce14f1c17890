"""The socket's method that moves files to the trash, and undoing it, on real files of a catalog without a daemon."""

from __future__ import annotations

import os
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

import pytest

from support.handling import call, three_pictures
from vaultd.handlers.vault import Vault
from vaultipc.errors import UserError

NAMES = ("0.jpg", "1.jpg", "2.jpg")


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return tmp_path / "photos"


@pytest.fixture
def vault(tmp_path: Path, photos: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vault]:
    """Three pictures that are files, the two later ones merged into the first."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    photos.mkdir()
    with three_pictures(tmp_path) as made:
        with made.catalog.write() as tx:
            tx.sql.execute("UPDATE volumes SET mount_point = ?", (os.fsencode(tmp_path),))
            for image, name in enumerate(NAMES, start=1):
                (photos / name).write_text(name)
                status = (photos / name).stat()
                tx.sql.execute("UPDATE images SET hash = ? WHERE id = ?", (_hash(name), image))
                tx.sql.execute(
                    "UPDATE files SET inode = ?, size = ?, mtime_ns = ? WHERE image = ?",
                    (status.st_ino, status.st_size, status.st_mtime_ns, image),
                )
            tx.sql.execute("INSERT INTO copies VALUES (2, 1, 0), (3, 1, 0)")
        yield made


def _hash(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=32).digest()


def there(photos: Path) -> list[str]:
    return sorted(os.listdir(photos))


async def test_without_a_yes_nothing_moves(vault: Vault, photos: Path) -> None:
    told = await call(vault, "duplicates.trash", images=["2"])
    assert [Path(file.path).name for file in told.moved] == ["1.jpg", "2.jpg"]
    assert ([Path(file.path).name for file in told.kept], told.bytes, told.changed) == (["0.jpg"], 10, 0)
    assert there(photos) == list(NAMES)


async def test_copies_go_and_undoing_brings_them_back(vault: Vault, photos: Path) -> None:
    done = await call(vault, "duplicates.trash", images=["1", "2"], yes=True)
    assert (done.changed, done.errors, there(photos)) == (2, [], ["0.jpg"])
    (told,) = (await call(vault, "undo", dry_run=True)).actions
    assert (told.skipped, there(photos)) == ([], ["0.jpg"])
    (undone,) = (await call(vault, "undo")).actions
    assert (undone.summary, undone.skipped) == ("move 2 files to the trash", [])
    assert there(photos) == list(NAMES)
    (redone,) = (await call(vault, "undo", action=str(int(undone.id) + 1))).actions
    assert "duplicates trash` only" in redone.skipped[0]
    assert there(photos) == list(NAMES)


async def test_where_what_stays_is_damaged_or_gone_nothing_moves(vault: Vault, photos: Path) -> None:
    best = photos / "0.jpg"
    status = best.stat()
    best.write_text("rot!!")
    os.utime(best, ns=(status.st_atime_ns, status.st_mtime_ns))
    for problem in ("damaged", "not there any more"):
        answer = await call(vault, "duplicates.trash", images=["1"], yes=True)
        assert (answer.action, answer.moved) == (None, [])
        assert problem in answer.errors[0].message
        best.unlink(missing_ok=True)
    assert there(photos) == ["1.jpg", "2.jpg"]


async def test_a_copy_that_changed_stays_and_the_others_go(vault: Vault, photos: Path) -> None:
    (photos / "1.jpg").write_text("edited since")
    answer = await call(vault, "duplicates.trash", images=["1"], yes=True)
    assert [(Path(error.item).name, "changed since" in error.message) for error in answer.errors] == [("1.jpg", True)]
    assert there(photos) == ["0.jpg", "1.jpg"]


async def test_a_file_that_cannot_come_back_is_told_and_the_others_do(vault: Vault, photos: Path) -> None:
    await call(vault, "duplicates.trash", images=["1"], yes=True)
    (photos / "1.jpg").write_text("a new one")
    for dry_run in (True, False):
        (told,) = (await call(vault, "undo", dry_run=dry_run)).actions
        assert len(told.skipped) == 1
        assert "another file in its place" in told.skipped[0]
    assert (photos / "1.jpg").read_text() == "a new one"
    assert (photos / "2.jpg").read_text() == "2.jpg"


async def test_somebody_must_be_named(vault: Vault) -> None:
    with pytest.raises(UserError, match="no picture is named"):
        await call(vault, "duplicates.trash", yes=True)
    answer = await call(vault, "duplicates.trash", images=["99"], yes=True)
    assert (answer.moved, len(answer.errors)) == ([], 1)


async def test_level_exact_leaves_merged_copies_alone(vault: Vault, photos: Path) -> None:
    assert (await call(vault, "duplicates.trash", images=["1"], level="exact", yes=True)).moved == []
    (photos / "again.jpg").write_text("0.jpg")
    status = (photos / "again.jpg").stat()
    with vault.catalog.write() as tx:
        tx.sql.execute(
            "INSERT INTO files (volume, root, path, inode, mtime_ns, ctime_ns, size, blocks, mode, uid, gid, state,"
            " image, seen_at) VALUES (1, 1, ?, ?, ?, 0, ?, 0, 33188, 0, 0, 'present', 1, 0)",
            (b"photos/again.jpg", status.st_ino, status.st_mtime_ns, status.st_size),
        )
    os.link(photos / "0.jpg", photos / "link.jpg")
    with vault.catalog.write() as tx:
        tx.sql.execute(
            "INSERT INTO files (volume, root, path, inode, mtime_ns, ctime_ns, size, blocks, mode, uid, gid, state,"
            " image, seen_at) SELECT volume, root, ?, inode, mtime_ns, 0, size, 0, mode, 0, 0, state, image, 0"
            " FROM files WHERE id = 1",
            (b"photos/link.jpg",),
        )
    answer = await call(vault, "duplicates.trash", images=["1"], level="exact", yes=True)
    assert [Path(file.path).name for file in answer.moved] == ["again.jpg"], "a hard link takes no room"
    assert there(photos) == ["0.jpg", "1.jpg", "2.jpg", "link.jpg"]
