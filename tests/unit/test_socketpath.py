"""Where the socket is, and whose folder it may lie in."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from vaultipc.errors import ConfigError, Refused
from vaultipc.socketpath import LONGEST, checked_length, make_folder, socket_path


def test_the_runtime_folder_is_the_place(tmp_path: Path) -> None:
    assert socket_path(None, {"XDG_RUNTIME_DIR": str(tmp_path)}) == tmp_path / "visionary-vault" / "vault.sock"


def test_the_flag_wins_over_the_variable_and_the_variable_over_the_place(tmp_path: Path) -> None:
    environ = {"VVAULT_SOCKET": "/a/b.sock", "XDG_RUNTIME_DIR": str(tmp_path)}
    assert socket_path(None, environ) == Path("/a/b.sock")
    assert socket_path("/c.sock", environ) == Path("/c.sock")
    assert socket_path("d.sock", environ) == Path.cwd() / "d.sock"


def test_a_path_over_the_limit_is_refused_with_its_length() -> None:
    assert checked_length("/" + "a" * (LONGEST - 1)).is_absolute()
    with pytest.raises(ConfigError, match="108 bytes"):
        socket_path("/" + "a" * LONGEST)


def test_without_a_runtime_folder_it_lies_in_a_folder_of_ours(
    short_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 4711)
    found = socket_path(None, {"TMPDIR": str(short_path)})
    assert found == short_path / "visionary-vault-4711" / "vault.sock"


def test_somebody_elses_folder_is_refused(short_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: 4711)
    (short_path / "visionary-vault-4711").symlink_to("/")
    with pytest.raises(Refused):
        socket_path(None, {"TMPDIR": str(short_path)})
    (short_path / "visionary-vault-4711").unlink()
    (short_path / "visionary-vault-4711").mkdir(mode=0o700)
    if owner == 0:
        os.chown(short_path / "visionary-vault-4711", 4712, 4712)
    with pytest.raises(Refused):
        socket_path(None, {"TMPDIR": str(short_path)})


def test_a_folder_that_others_may_write_to_is_refused(short_path: Path) -> None:
    place = short_path / "open"
    place.mkdir()
    place.chmod(0o777)
    with pytest.raises(Refused):
        make_folder(place / "vault.sock")


def test_the_folder_is_made_for_its_owner_only(short_path: Path) -> None:
    make_folder(short_path / "new" / "vault.sock")
    assert (short_path / "new").stat().st_mode & 0o777 == 0o700
