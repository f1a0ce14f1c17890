"""The catalog itself, torn in a vault that a person used: a backup takes its place, and hardly anything is missing."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from support.outcome import Outcome, health, outcome
from support.vault import RunningVault
from vaultd.catalog import actions, tags
from vaultd.catalog.backups.damage import wrong_with
from vaultd.catalog.backups.restoring import mend
from vaultd.catalog.backups.shelf import Shelf
from vaultd.catalog.store import Catalog
from vaultd.safekeeping.daily import now
from vaultipc.errors import EXIT_REFUSED

pytestmark = pytest.mark.timeout(180)


def torn(catalog: Path) -> None:
    with catalog.open("r+b") as file:
        file.truncate(catalog.stat().st_size // 2)


def garbled(catalog: Path) -> None:
    """Two pages in the middle."""
    with catalog.open("r+b") as file:
        file.seek(catalog.stat().st_size // 2)
        file.write(b"\xa5" * 8192)


@pytest.mark.expects_log("is damaged", "was restored")
@pytest.mark.parametrize("tear", [garbled, os.unlink, pytest.param(torn, marks=pytest.mark.long)])
def test_a_torn_catalog_comes_back_from_its_backup_with_all_that_was_said(
    vault: RunningVault, undisturbed: Outcome, complete: Path, tear: Callable[[Path], None]
) -> None:
    shutil.copytree(complete, vault.data)
    catalog = vault.data / "catalog.db"
    with closing(Catalog.open(catalog)) as opened, opened.write() as tx:
        some = [image for (image,) in tx.sql.execute("SELECT id FROM images LIMIT 7")]
        with actions.recorded(tx, "tag", "tag with mine", "test") as action:
            tags.apply(action, tags.create(action, "mine"), some)
    Shelf(catalog).put("daily", now())
    tear(catalog)
    vault.start()
    assert outcome(vault) == undisturbed
    assert vault.call("search", "tag:mine")["total"] == 7
    assert health(vault) == []
    assert is_told_of(vault) == (tear is not os.unlink), "where nothing was left there is nothing to report on"
    for unread in vault.data.glob("replaced/*/unread"):
        unread.unlink()
    assert not is_told_of(vault), "somebody has read it"


def is_told_of(vault: RunningVault) -> bool:
    """Whether `doctor` says that a backup took the place of the catalog."""
    return "restored catalog" in {check["name"] for check in vault.call("doctor")["checks"]}


def test_a_daemon_that_finds_its_catalog_read_only_says_so(
    vault: RunningVault, complete: Path, small_disk: Callable[[str, int], Path]
) -> None:
    disk = small_disk("data", 64 * 1024)
    shutil.copytree(complete, disk, dirs_exist_ok=True)
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    vault.environ["VVAULT_LIBRARY_DATA"] = str(disk)
    done = vault.run("daemon")
    assert done.returncode == EXIT_REFUSED
    assert "Read-only file system" in done.stderr
    assert str(disk) in done.stderr


def _strike(content: bytearray, dice: random.Random) -> None:
    """One way in which disks lose bytes."""
    place, length = dice.randrange(len(content)), dice.choice([1, 16, 512, 4096, 20_000])
    match dice.choice(["flip", "zero", "shift", "cut"]):
        case "flip":
            content[place] ^= 1 << dice.randrange(8)
        case "zero":
            content[place : place + length] = bytes(len(content[place : place + length]))
        case "shift":
            content[place : place + length] = dice.randbytes(len(content[place : place + length]))
        case "cut":
            del content[max(place, 1) :]


@pytest.mark.parametrize("seed", [*range(12), *(pytest.param(n, marks=pytest.mark.long) for n in range(12, 500))])
@pytest.mark.expects_log("is damaged", "was restored")
def test_whatever_a_disk_does_to_a_catalog_it_opens_whole_afterwards(seed: int, complete: Path, tmp_path: Path) -> None:
    dice, catalog = random.Random(seed), tmp_path / "catalog.db"
    shutil.copy(complete / "catalog.db", catalog)
    Shelf(catalog).put("daily", now())
    content = bytearray(catalog.read_bytes())
    for _ in range(dice.randint(1, 5)):
        _strike(content, dice)
    catalog.write_bytes(content)
    mend(catalog)
    assert wrong_with(catalog) == ""
    with closing(sqlite3.connect(catalog)) as sql:
        assert sql.execute("SELECT count(*) FROM files").fetchone()[0] >= 50
        assert sql.execute("PRAGMA foreign_key_check").fetchall() == []
