"""Backups of the catalog: what they hold, when they are made, and the way back from one."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from support import frozen
from support.catalog_rows import gesture, image, opened
from vaultd.catalog import albums, embeddings, holdings, saved, tags
from vaultd.catalog.backups import damage, writing
from vaultd.catalog.backups.restoring import REPORT, UNREAD, mend, restore
from vaultd.catalog.backups.shelf import Shelf
from vaultd.catalog.backups.writing import Abandoned, write_full, write_lean
from vaultd.catalog.models import Model
from vaultd.catalog.store import Catalog
from vaultipc.errors import Conflict, DiskFull, Refused

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def vector(seed: int) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    drawn = np.random.default_rng(seed).normal(size=64).astype(np.float32)
    return drawn / np.linalg.norm(drawn)


def fill(catalog: Catalog, first: int, count: int) -> list[int]:
    """Pictures with vectors, numbered from `first`."""
    with catalog.write() as tx:
        tx.sql.execute("INSERT OR IGNORE INTO models (id, name, revision, dimension) VALUES (1, 'm', '1', 64)")
        model = Model(1, "m", "1", 64, pack="m")
        made = [image(tx, f"{n:05}.jpg") for n in range(first, first + count)]
        for one in made:
            embeddings.put(tx, one, model, vector(one))
            tx.sql.execute(
                "INSERT INTO looks (image, version, phash, dhash, contrast, tint)"
                " VALUES (?, 1, 5, 6, 7.5, zeroblob(32))",
                (one,),
            )
            tx.sql.executemany("INSERT INTO colours VALUES (?, ?, 40)", [(one, "red"), (one, "blue")])
    return made


def tag(catalog: Catalog, name: str, images: list[int]) -> None:
    with gesture(catalog) as action:
        tags.apply(action, tags.create(action, name), images)


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as sql:
        return sql.execute(query).fetchall()


def everything(path: Path, table: str) -> list[tuple[Any, ...]]:
    return sorted(rows(path, f"SELECT * FROM {table}"), key=repr)


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed catalog of 600 pictures: tagged, in an album, with a saved search; a backup of it on its shelf; then
    100 pictures more and one more tag."""
    with opened(tmp_path_factory.mktemp("made")) as catalog:
        made = fill(catalog, 0, 600)
        tag(catalog, "holiday/sea", made[:300])
        with gesture(catalog) as action:
            albums.add(action, albums.create(action, "Best"), made[:5])
            saved.put(action, "reds", "red", "default")
        Shelf(catalog.path).put("daily", NOW)
        later = fill(catalog, 600, 100)
        tag(catalog, "later", later[:7])
    return catalog.path


@pytest.fixture
def catalog_file(made_once: Path, tmp_path: Path) -> Path:
    """A copy of it, for a test to damage."""
    shutil.copytree(made_once.parent, tmp_path, dirs_exist_ok=True)
    return tmp_path / made_once.name


def smash(path: Path, low: float, high: float) -> None:
    """Overwrites a part of a file, given in fractions of its length."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(int(size * low))
        file.write(b"\xa5" * int(size * (high - low)))


def test_a_backup_holds_everything_but_what_can_be_computed_again(catalog_file: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    write_lean(catalog_file, target)
    tables = {name for (name,) in rows(catalog_file, "SELECT name FROM sqlite_master WHERE type = 'table'")}
    for table in tables - writing.RECOMPUTABLE:
        assert everything(target, table) == everything(catalog_file, table), table
    for table in writing.RECOMPUTABLE:
        assert everything(target, table) == [], table
    schema = "SELECT type, name, sql FROM sqlite_master ORDER BY name"
    assert rows(target, schema) == rows(catalog_file, schema)
    assert rows(target, "PRAGMA user_version") == rows(catalog_file, "PRAGMA user_version")
    assert damage.wrong_with(target) == ""
    assert target.stat().st_mode & 0o777 == 0o600


def test_a_full_backup_holds_the_vectors_too(catalog_file: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    write_full(catalog_file, target)
    assert everything(target, "embeddings") == everything(catalog_file, "embeddings")


def test_a_backup_is_made_while_the_catalog_is_written(catalog_file: Path, tmp_path: Path) -> None:
    catalog = Catalog.open(catalog_file)
    target, written = tmp_path / "copy.db", iter(range(1000, 1010))

    def goes_on() -> bool:
        number = next(written, None)
        if number is not None:
            fill(catalog, number, 1)
        return True

    try:
        before = rows(catalog_file, "SELECT count(*) FROM images")
        old = writing._STEPS
        writing._STEPS = 100
        try:
            write_lean(catalog_file, target, goes_on)
        finally:
            writing._STEPS = old
        assert rows(catalog_file, "SELECT count(*) FROM images") != before
        assert rows(target, "SELECT count(*) FROM images") == rows(target, "SELECT count(*) FROM files")
        assert damage.wrong_with(target) == ""
    finally:
        catalog.close()


def test_a_backup_overwrites_nothing(catalog_file: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    target.write_bytes(b"mine")
    with pytest.raises(Conflict):
        write_lean(catalog_file, target)
    assert target.read_bytes() == b"mine"


@pytest.mark.parametrize("write", [write_lean, write_full])
def test_a_backup_that_is_given_up_leaves_nothing(
    catalog_file: Path, tmp_path: Path, write: Callable[..., int]
) -> None:
    with pytest.raises(Abandoned):
        write(catalog_file, tmp_path / "copy.db", lambda: False)
    assert list(tmp_path.glob("*copy.db*")) == []


def test_a_full_backup_without_room_is_refused_before_a_byte_is_written(
    catalog_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "RESERVE_BYTES", 10**15)
    with pytest.raises(DiskFull) as refused:
        write_full(catalog_file, tmp_path / "copy.db")
    assert "MB" in refused.value.hint
    assert not (tmp_path / "copy.db").exists()


def test_seven_daily_and_one_full_backup_are_kept_and_every_manual_one(catalog_file: Path) -> None:
    shelf = Shelf(catalog_file)
    for day in range(10):
        shelf.put("daily", NOW + day * DAY)
    for day in range(3):
        shelf.put("full", NOW + day * DAY)
        shelf.put("manual", NOW + day * DAY)
    kinds = [backup.kind for backup in shelf.all()]
    assert (kinds.count("daily"), kinds.count("full"), kinds.count("manual")) == (7, 1, 3)
    newest = shelf.newest("daily")
    assert newest is not None
    assert newest.made_at == NOW + 9 * DAY


def test_a_backup_is_due_after_a_day_and_only_if_something_changed(catalog_file: Path) -> None:
    shelf = Shelf(catalog_file)
    assert shelf.is_due("full", NOW), "there is none"
    assert not shelf.is_due("daily", NOW + DAY / 2), "the newest is young"
    assert shelf.is_due("daily", NOW + DAY)
    shelf.put("daily", NOW + DAY)
    assert not shelf.is_due("daily", NOW + 5 * DAY), "nothing has changed"
    catalog = Catalog.open(catalog_file)
    tag(catalog, "new", [1])
    catalog.close()
    assert shelf.is_due("daily", NOW + 5 * DAY)


def test_a_full_backup_is_due_after_a_week(catalog_file: Path) -> None:
    shelf = Shelf(catalog_file)
    shelf.put("full", NOW)
    catalog = Catalog.open(catalog_file)
    tag(catalog, "new", [1])
    catalog.close()
    assert not shelf.is_due("full", NOW + 6 * DAY)
    assert shelf.is_due("full", NOW + 7 * DAY)


def test_a_clock_that_jumps_backwards_makes_no_backup_the_older_one(catalog_file: Path) -> None:
    shelf = Shelf(catalog_file)
    assert shelf.is_due("daily", NOW - 300 * DAY)
    made = shelf.put("daily", NOW - 300 * DAY)
    assert shelf.newest("daily") == made
    for day in range(8):
        made = shelf.put("daily", NOW - (300 + day) * DAY)
    assert shelf.all()[0] == made
    assert made.path.exists()


def test_a_whole_catalog_is_left_as_it_is(catalog_file: Path) -> None:
    before = catalog_file.read_bytes()
    assert mend(catalog_file) is None
    assert catalog_file.read_bytes() == before
    assert not (catalog_file.parent / "replaced").exists()


@pytest.mark.expects_log("is damaged", "was restored")
@pytest.mark.parametrize(
    ("low", "high"), [(0.0, 0.01), (0.0, 1.0), (0.3, 0.5), (0.7, 0.72)], ids=["header", "all", "middle", "a little"]
)
def test_a_damaged_catalog_is_replaced_by_the_newest_backup_and_kept_aside(
    catalog_file: Path, low: float, high: float
) -> None:
    user_tags = "SELECT image, tag FROM image_tags WHERE tag <= 2 ORDER BY image, tag"
    known, albumed = rows(catalog_file, user_tags), everything(catalog_file, "album_images")
    generation = rows(catalog_file, "SELECT value FROM meta WHERE key = 'generation'")
    smash(catalog_file, low, high)
    broken = catalog_file.read_bytes()
    restored = mend(catalog_file)
    assert restored is not None
    assert restored.aside is not None
    assert (restored.aside / catalog_file.name).read_bytes() == broken
    assert (restored.aside / REPORT).read_text()
    assert (restored.aside / UNREAD).exists()
    assert damage.wrong_with(catalog_file) == ""
    assert rows(catalog_file, user_tags) == known
    assert everything(catalog_file, "album_images") == albumed
    assert rows(catalog_file, "SELECT name, query FROM saved") == [("reds", "red")]
    assert rows(catalog_file, "SELECT value FROM meta WHERE key = 'generation'") != generation
    Catalog.open(catalog_file).close()


def test_a_restoring_that_somebody_asked_for_leaves_nothing_unread(catalog_file: Path) -> None:
    restored = restore(catalog_file, Shelf(catalog_file).all()[0].path, "you asked for it", asked=True)
    assert restored.aside is not None
    assert (restored.aside / REPORT).read_text()
    assert not (restored.aside / UNREAD).exists()


@pytest.mark.expects_log("is damaged", "was restored")
def test_vectors_and_newer_pictures_are_taken_over_from_around_the_damage(catalog_file: Path) -> None:
    whole = dict(rows(catalog_file, "SELECT hash, vector FROM embeddings JOIN images ON images.id = image"))
    smash(catalog_file, 0.7, 0.72)
    restored = mend(catalog_file)
    assert restored is not None
    assert restored.taken.vectors > len(whole) / 2
    taken = dict(rows(catalog_file, "SELECT hash, vector FROM embeddings JOIN images ON images.id = image"))
    assert len(taken) == restored.taken.vectors
    assert taken.items() <= whole.items()
    assert restored.taken.images > 0
    seen = "SELECT count(*) FROM colours GROUP BY image", "SELECT 2 FROM looks"
    assert rows(catalog_file, seen[0]) == rows(catalog_file, seen[1]) != [], "both or none"
    again = rows(catalog_file, "SELECT count(*) FROM images WHERE metadata_version = 0")
    assert again == [(restored.taken.images,)], "what their files say is read again"


def test_bytes_held_since_the_backup_are_still_held_after_a_wanted_restore(catalog_file: Path, tmp_path: Path) -> None:
    """So the picture is not lost whose last file is deleted now."""
    backup = tmp_path / "copy.db"
    write_full(catalog_file, backup)
    with closing(Catalog.open(catalog_file)) as catalog, catalog.write() as tx:
        holdings.put(tx, 3, b"/held/1", b"a.jpg")
    held = rows(catalog_file, "SELECT path, name, held_at, hash FROM holdings JOIN images ON images.id = image")
    restore(catalog_file, backup, "", asked=True)
    query = "SELECT path, name, held_at, hash FROM holdings JOIN images ON images.id = image"
    assert rows(catalog_file, query) == held != []


@pytest.mark.expects_log("is damaged", "was restored")
def test_the_report_names_what_was_done_since_the_backup(catalog_file: Path) -> None:
    with closing(sqlite3.connect(catalog_file)) as sql:
        sql.execute("DELETE FROM meta WHERE key = 'generation'")
        sql.commit()
    restored = mend(catalog_file)
    assert restored is not None
    assert restored.aside is not None
    assert restored.missing is not None
    assert restored.missing.fewer == {"tags": 1, "tags given to pictures": 7}
    report = (restored.aside / REPORT).read_text()
    assert "Missing: 7 tags given to pictures." in report
    assert len(restored.missing.actions) == 1
    assert restored.missing.actions[0] in report
    assert restored.taken == (100, 700)


@pytest.mark.expects_log("is damaged", "was restored")
def test_a_vector_that_is_damaged_is_not_taken_over(catalog_file: Path) -> None:
    with closing(sqlite3.connect(catalog_file)) as sql:
        sql.execute("UPDATE embeddings SET vector = zeroblob(128) WHERE image = 3")
        sql.execute("UPDATE embeddings SET vector = x'00' WHERE image = 4")
        sql.execute("DELETE FROM meta WHERE key = 'generation'")
        sql.commit()
    mend(catalog_file)
    assert rows(catalog_file, "SELECT count(*) FROM embeddings") == [(698,)]
    assert rows(catalog_file, "SELECT count(*) FROM embeddings WHERE image IN (3, 4)") == [(0,)]


@pytest.mark.expects_log("is damaged", "was restored")
def test_ids_given_since_the_backup_are_not_given_again(catalog_file: Path) -> None:
    given = dict(rows(catalog_file, "SELECT name, seq FROM sqlite_sequence"))
    with closing(sqlite3.connect(catalog_file)) as sql:
        sql.execute("DELETE FROM meta WHERE key = 'generation'")
        sql.commit()
    mend(catalog_file)
    now = dict(rows(catalog_file, "SELECT name, seq FROM sqlite_sequence"))
    assert {table for table, last in given.items() if now[table] < last} == {"actions"}


@pytest.mark.expects_log("is damaged", "was restored")
@pytest.mark.parametrize("remains", [None, b"", b"short", b"this is no database " * 500])
def test_a_catalog_that_is_gone_or_torn_is_restored(catalog_file: Path, remains: bytes | None) -> None:
    catalog_file.unlink()
    if remains is not None:
        catalog_file.write_bytes(remains)
    assert mend(catalog_file) is not None
    assert rows(catalog_file, "SELECT count(*) FROM images") == [(600,)]


@pytest.mark.expects_log("is damaged", "was restored")
def test_a_truncated_catalog_is_restored(catalog_file: Path) -> None:
    with catalog_file.open("r+b") as file:
        file.truncate(catalog_file.stat().st_size * 2 // 3)
    assert mend(catalog_file) is not None
    assert rows(catalog_file, "SELECT count(*) FROM image_tags WHERE tag = 2") == [(300,)]


@pytest.mark.expects_log("is damaged", "was restored", "of no use")
def test_a_damaged_backup_is_passed_over_for_an_older_one(catalog_file: Path) -> None:
    newer = Shelf(catalog_file).put("daily", NOW + DAY)
    smash(newer.path, 0.2, 0.9)
    smash(catalog_file, 0.0, 0.1)
    restored = mend(catalog_file)
    assert restored is not None
    assert restored.backup != newer.path


def test_a_damaged_catalog_without_a_backup_is_refused_and_left_alone(catalog_file: Path) -> None:
    shutil.rmtree(catalog_file.parent / "backups")
    smash(catalog_file, 0.3, 0.5)
    before = catalog_file.read_bytes()
    with pytest.raises(Refused, match="no backup"):
        Catalog.open(catalog_file, mend)
    assert catalog_file.read_bytes() == before


def test_a_first_start_has_nothing_to_mend(tmp_path: Path) -> None:
    assert mend(tmp_path / "catalog.db") is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.expects_log("is damaged", "was restored")
@pytest.mark.parametrize("step", ["_renew", "take_over", "compare", "_skip_ids", "_write_report", "sync"])
def test_a_restoring_that_was_cut_short_is_done_again_with_what_was_kept_aside(
    catalog_file: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    smash(catalog_file, 0.7, 0.72)

    def cut(*details: object) -> None:
        if step != "sync" or details == (catalog_file.with_name(f".{catalog_file.name}.restored"),):
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(f"vaultd.catalog.backups.restoring.{step}", cut)
        with pytest.raises(KeyboardInterrupt):
            mend(catalog_file)
    assert not catalog_file.exists()
    restored = mend(catalog_file)
    assert restored is not None
    assert restored.taken.vectors > 300
    assert len(list((catalog_file.parent / "replaced").iterdir())) == 1


def test_a_migration_is_preceded_by_a_full_backup(tmp_path: Path) -> None:
    catalog_file = tmp_path / "catalog.db"
    frozen.restore(7, catalog_file)
    Catalog.open(catalog_file).close()
    kept = Shelf(catalog_file).newest("full")
    assert kept is not None
    assert rows(kept.path, "PRAGMA user_version") == [(7,)]
    assert rows(kept.path, "SELECT count(*) FROM embeddings") == [(len(frozen.IMAGES),)]
