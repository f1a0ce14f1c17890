"""Whether others could read a file in its own place: the kernel's rules, followed here."""

from __future__ import annotations

import errno
import os
import struct
import tempfile
from pathlib import Path

import pytest

from vaultfs.access import Access, check_sharing
from vaultfs.caller import Caller
from vaultfs.permission import may_read
from vaultipc.errors import Refused

_OWNER, _USER, _OWNING_GROUP, _GROUP, _MASK, _OTHER = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20
_NOBODY_ELSE = 0xFFFFFFFF

ANOTHER = 4001
GROUP = 4555


class Guest(Caller):
    """Somebody who is in one group only: the groups of the process that runs the tests are others."""

    def groups(self) -> frozenset[int]:
        return frozenset({self.gid})


def guest(*, uid: int = ANOTHER, gid: int = 4999) -> Caller:
    return Guest(os.getpid(), uid, gid)


@pytest.fixture
def file(short_path: Path) -> Path:
    """A file that everybody may read, two folders deep; what lies above may be searched by everybody."""
    for folder in (tempfile.gettempdir(), short_path):
        os.chmod(folder, 0o711)
    made = short_path / "a" / "b" / "picture.jpg"
    made.parent.mkdir(parents=True)
    made.write_bytes(b"x")
    for path in (made.parent, made.parent.parent):
        path.chmod(0o755)
    made.chmod(0o644)
    return made


def allowed(file: Path, caller: Caller) -> bool:
    descriptor = os.open(file, os.O_RDONLY)
    try:
        return may_read(caller, descriptor)
    finally:
        os.close(descriptor)


def set_list(path: Path, *entries: tuple[int, int, int]) -> None:
    """Give a path an access control list."""
    value = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)
    try:
        os.setxattr(path, "system.posix_acl_access", value)
    except OSError as error:
        if error.errno == errno.EOPNOTSUPP:
            pytest.skip(f"the disk of {path} has no access control lists")
        raise


def test_what_everybody_may_read_in_folders_that_everybody_may_search_is_read(file: Path) -> None:
    assert allowed(file, guest())


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o660, 0o400])
def test_a_file_that_others_may_not_read_is_not(file: Path, mode: int) -> None:
    file.chmod(mode)
    assert not allowed(file, guest())


@pytest.mark.parametrize("depth", [0, 1, 2])
@pytest.mark.parametrize("mode", [0o700, 0o744, 0o750, 0o710])
def test_one_folder_that_cannot_be_searched_is_enough(file: Path, mode: int, depth: int) -> None:
    file.parents[depth].chmod(mode)
    assert not allowed(file, guest())


def test_a_folder_need_not_be_listed_to_be_searched(file: Path) -> None:
    file.parent.chmod(0o711)
    assert allowed(file, guest())


def test_the_group_decides_for_its_members_whatever_others_may(file: Path) -> None:
    member = guest(gid=os.stat(file).st_gid)
    file.chmod(0o604)
    assert not allowed(file, member)
    assert allowed(file, guest())
    file.chmod(0o640)
    assert allowed(file, member)
    file.parent.chmod(0o705)
    assert not allowed(file, member)


def test_where_the_groups_are_not_known_none_of_them_may_forbid(file: Path) -> None:
    unseen = Caller(0, ANOTHER, 4999)
    assert allowed(file, unseen)
    file.chmod(0o604)
    assert not allowed(file, unseen)
    file.chmod(0o640)
    assert not allowed(file, unseen)


def test_a_list_can_let_one_user_in(file: Path) -> None:
    file.parent.chmod(0o700)
    entries = [(_OWNER, 7, _NOBODY_ELSE), (_USER, 1, ANOTHER), (_OWNING_GROUP, 0, _NOBODY_ELSE)]
    set_list(file.parent, *entries, (_MASK, 7, _NOBODY_ELSE), (_OTHER, 0, _NOBODY_ELSE))
    assert allowed(file, guest())
    assert not allowed(file, guest(uid=4002))
    set_list(file.parent, *entries, (_MASK, 0, _NOBODY_ELSE), (_OTHER, 0, _NOBODY_ELSE))
    assert not allowed(file, guest())


def test_a_list_can_keep_one_user_out(file: Path) -> None:
    entries = [(_OWNER, 6, _NOBODY_ELSE), (_USER, 0, ANOTHER), (_OWNING_GROUP, 4, _NOBODY_ELSE)]
    set_list(file, *entries, (_MASK, 4, _NOBODY_ELSE), (_OTHER, 4, _NOBODY_ELSE))
    assert not allowed(file, guest())
    assert allowed(file, guest(uid=4002))


def test_a_list_can_let_a_group_in_or_keep_it_out(file: Path) -> None:
    others = [(_MASK, 7, _NOBODY_ELSE), (_OTHER, 4, _NOBODY_ELSE)]
    set_list(file, (_OWNER, 6, _NOBODY_ELSE), (_OWNING_GROUP, 0, _NOBODY_ELSE), (_GROUP, 0, GROUP), *others)
    assert not allowed(file, guest(gid=GROUP))
    assert not allowed(file, Caller(0, ANOTHER, 4999))
    assert allowed(file, guest())
    set_list(file, (_OWNER, 6, _NOBODY_ELSE), (_OWNING_GROUP, 0, _NOBODY_ELSE), (_GROUP, 4, GROUP), *others)
    assert allowed(file, guest(gid=GROUP))


def test_the_bits_of_the_one_class_decide_in_every_mode(file: Path) -> None:
    for mode in range(0o100):
        file.chmod(0o600 | mode)
        assert allowed(file, guest()) == bool(mode & 0o4)
        assert allowed(file, guest(gid=os.stat(file).st_gid)) == bool(mode & 0o40)


def test_root_reads_everything(file: Path) -> None:
    file.chmod(0o600)
    file.parent.chmod(0o700)
    assert allowed(file, guest(uid=0))


def test_a_file_that_was_deleted_has_no_place_any_more(file: Path) -> None:
    descriptor = os.open(file, os.O_RDONLY)
    try:
        assert may_read(guest(), descriptor)
        file.unlink()
        assert not may_read(guest(), descriptor)
    finally:
        os.close(descriptor)


def test_the_place_is_the_real_one_whatever_links_lead_there(file: Path, short_path: Path) -> None:
    way = short_path / "way"
    way.symlink_to(file.parent)
    assert allowed(way / file.name, guest())
    file.parent.parent.chmod(0o700)
    assert not allowed(way / file.name, guest())


def test_the_groups_of_a_process_are_all_it_is_in() -> None:
    assert Caller(os.getpid(), ANOTHER, GROUP).groups() == frozenset({GROUP, *os.getgroups()})
    assert Caller(0).groups() is None


# ---- who may let others in ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "#user_allow_other\n", "user_allow_others\n"])
def test_letting_others_in_is_refused_in_words_where_the_system_forbids_it(
    short_path: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vaultfs.access.UID", ANOTHER)
    (short_path / "fuse.conf").write_text(text)
    for configuration in (short_path / "fuse.conf", short_path / "missing"):
        with pytest.raises(Refused, match="user_allow_other"):
            check_sharing(Access("world"), configuration)


def test_letting_others_in_is_taken_where_the_system_allows_it(
    short_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vaultfs.access.UID", ANOTHER)
    (short_path / "fuse.conf").write_text("# for backups\nmount_max = 1000\nuser_allow_other\n")
    check_sharing(Access("group"), short_path / "fuse.conf")
    check_sharing(Access(allow_other=True), short_path / "fuse.conf")
    check_sharing(Access(), short_path / "missing")


def test_a_mount_for_oneself_has_no_options_and_leaves_the_question_to_the_kernel() -> None:
    assert Access().options == frozenset()
    Access().check_change(guest())
    assert Access("group").options == {"allow_other", "default_permissions"}
