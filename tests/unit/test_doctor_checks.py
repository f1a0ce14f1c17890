"""What `doctor` says of this machine, where that depends on its files."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import pytest

from vaultd.cli import checks
from vaultd.cli.call import Call

MINE = "38 29 0:34 / /home/me/vault rw,nosuid,nodev shared:5 - fuse.vvault vvault rw,user_id={user},group_id=7{more}\n"
OTHER = "29 1 8:1 / / rw,relatime shared:1 - ext4 /dev/root rw\n39 29 0:35 / /x rw - fuse.sshfs h:/ rw,user_id=0\n"


@pytest.mark.parametrize(
    ("pruned", "mounts", "state"),
    [
        ("nfs fuse.sshfs", OTHER + MINE.format(user=0, more=""), "warn"),
        ("nfs fuse.sshfs", OTHER + MINE.format(user=1000, more=",allow_other"), "warn"),
        ("nfs fuse.sshfs", OTHER + MINE.format(user=1000, more=""), "ok"),
        ("nfs fuse.sshfs", OTHER, "ok"),
        ("nfs fuse.vvault", OTHER + MINE.format(user=0, more=""), "ok"),
    ],
)
def test_updatedb_is_told_of_where_it_would_list_the_vault(
    pruned: str, mounts: str, state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "UPDATEDB", tmp_path / "updatedb.conf")
    monkeypatch.setattr(checks, "MOUNTS", tmp_path / "mountinfo")
    checks.UPDATEDB.write_text(f'# PRUNEFS="fuse.vvault"\nPRUNEPATHS="/tmp"\n  PRUNEFS = "{pruned}"\n')
    checks.MOUNTS.write_text(mounts)
    answer = checks._updatedb(_call())
    assert answer["state"] == state
    assert ("PRUNEFS" in answer["fix"]) is (state == "warn")


def test_no_updatedb_is_nothing_to_worry_about(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "UPDATEDB", tmp_path / "none")
    assert checks._updatedb(_call())["state"] == "ok"


@pytest.mark.parametrize(
    ("share", "uid", "line", "state"),
    [
        ("none", 1000, "#user_allow_other", "ok"),
        ("world", 1000, "#user_allow_other", "fail"),
        ("world", 1000, "user_allow_other", "ok"),
        ("world", 0, "#user_allow_other", "ok"),
    ],
)
def test_sharing_a_mount_needs_the_permission_of_the_system(
    share: str, uid: int, line: str, state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "FUSE_CONF", tmp_path / "fuse.conf")
    monkeypatch.setattr("os.geteuid", lambda: uid)
    checks.FUSE_CONF.write_text(f"# of the system\n{line}\n")
    call = _call()
    call.__dict__["config"] = Namespace(mount=Namespace(share=share, allow_other=False))
    assert checks._sharing(call)["state"] == state


def _call() -> Call:
    return Call(Namespace(json=False, quiet=True))
