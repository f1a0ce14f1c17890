"""POSIX, names: making, removing, moving and linking them; what each function promises, and each error it can give."""

from __future__ import annotations

import ctypes
import os
import socket
import stat
import tempfile
from pathlib import Path

import pytest

from support.ground import Ground, fails, kind

_LONG = "l" * 256
_SHOWN = ["by", "duplicates", "failed", "missing", "offline", "recent", "untagged", "tags/auto"]
"""Folders that only show."""
_NOREPLACE, _EXCHANGE, _WHITEOUT = 1, 2, 4


def renameat2(old: Path, new: Path, flags: int) -> None:
    """rename with flags; Python has none."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.renameat2(-100, os.fsencode(old), -100, os.fsencode(new), flags):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


# ---- mkdir, rmdir ------------------------------------------------------------------------------------------------


def test_mkdir_makes_an_empty_folder(ground: Ground) -> None:
    os.mkdir(ground.tag / "sub")
    assert kind(ground.tag / "sub") == "folder"
    assert os.listdir(ground.tag / "sub") == []


def test_mkdir_with_a_slash_at_the_end_makes_a_folder(ground: Ground) -> None:
    os.mkdir(f"{ground.tag}/sub/")
    assert kind(ground.tag / "sub") == "folder"


def test_mkdir_of_what_is_there_is_eexist(ground: Ground) -> None:
    for there in (ground.tag, ground.entry, ground.root, ground.root / "STATUS.txt", ground.found):
        fails("EEXIST", os.mkdir, there)


def test_mkdir_below_what_is_missing_is_enoent(ground: Ground) -> None:
    fails("ENOENT", os.mkdir, ground.tag / "no" / "sub")


def test_mkdir_below_a_file_is_enotdir(ground: Ground) -> None:
    fails("ENOTDIR", os.mkdir, ground.root / "STATUS.txt" / "sub")
    fails("ENOTDIR", os.mkdir, ground.entry / "sub")


def test_mkdir_of_a_name_too_long_is_enametoolong(ground: Ground) -> None:
    fails("ENAMETOOLONG", os.mkdir, ground.tag / _LONG)


def test_a_path_too_long_is_enametoolong(ground: Ground) -> None:
    for function in (os.mkdir, os.rmdir, os.unlink, os.listdir, os.stat):
        fails("ENAMETOOLONG", function, f"{ground.tag}/{'a/' * 2048}")


def test_mkdir_in_a_folder_that_only_shows_is_erofs(ground: Ground) -> None:
    for place in _SHOWN:
        fails("EROFS", os.mkdir, ground.root / place / "sub")


def test_rmdir_removes_an_empty_folder(ground: Ground) -> None:
    os.rmdir(ground.empty)
    fails("ENOENT", os.lstat, ground.empty)
    assert ground.empty.name not in os.listdir(ground.empty.parent)


def test_rmdir_of_a_folder_with_something_in_it_is_enotempty(ground: Ground) -> None:
    fails("ENOTEMPTY", os.rmdir, ground.tag)
    assert kind(ground.entry) == ("file" if ground.as_files else "link")


def test_rmdir_of_what_is_missing_is_enoent(ground: Ground) -> None:
    fails("ENOENT", os.rmdir, ground.tag / "no")


def test_rmdir_of_a_file_or_link_is_enotdir(ground: Ground) -> None:
    fails("ENOTDIR", os.rmdir, ground.entry)
    fails("ENOTDIR", os.rmdir, ground.root / "STATUS.txt")
    fails("ENOTDIR", os.rmdir, ground.file(b"x"))


def test_rmdir_of_a_dot_is_einval_and_of_two_is_enotempty(ground: Ground) -> None:
    fails("EINVAL", os.rmdir, f"{ground.empty}/.")
    fails("ENOTEMPTY", os.rmdir, f"{ground.empty}/..")


def test_rmdir_of_the_mount_point_is_ebusy(ground: Ground) -> None:
    fails("EBUSY", os.rmdir, ground.root)


def test_rmdir_in_a_folder_that_only_shows_is_erofs(ground: Ground) -> None:
    fails("EROFS", os.rmdir, ground.root / "by" / "date")
    fails("EROFS", os.rmdir, ground.root / "tags")


def test_a_removed_folder_that_is_still_open_lists_nothing_and_takes_nothing(ground: Ground) -> None:
    folder = os.open(ground.empty, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.rmdir(ground.empty)
        if ground.mount.backend == "fusepy":
            fails("ESTALE", os.listdir, folder)  # it speaks of paths, and there is none any more
        else:
            assert os.listdir(folder) == []
        fails("ENOENT", os.mkdir, "sub", dir_fd=folder)
        assert f"e{ground.word}" not in ground.vault.tags
    finally:
        os.close(folder)


# ---- symlink, readlink -------------------------------------------------------------------------------------------


def test_symlink_makes_an_entry_under_the_name_given(ground: Ground) -> None:
    os.symlink(ground.original, ground.empty / "mine.jpg")
    assert (ground.empty / "mine.jpg").read_bytes() == ground.data


def test_symlink_onto_what_is_there_is_eexist(ground: Ground) -> None:
    for there in (ground.entry, ground.tag, ground.root / "STATUS.txt"):
        fails("EEXIST", os.symlink, ground.original, there)


def test_symlink_of_a_name_too_long_is_enametoolong(ground: Ground) -> None:
    fails("ENAMETOOLONG", os.symlink, ground.original, ground.tag / _LONG)


def test_symlink_to_a_target_too_long_is_enametoolong(ground: Ground) -> None:
    fails("ENAMETOOLONG", os.symlink, "t" * 4096, ground.tag / "x")


def test_symlink_to_nothing_is_enoent(ground: Ground) -> None:
    fails("ENOENT", os.symlink, "", ground.tag / "x")
    fails("ENOENT", os.symlink, "nowhere", ground.tag / "x")


def test_symlink_below_a_file_is_enotdir_and_below_nothing_enoent(ground: Ground) -> None:
    fails("ENOTDIR", os.symlink, ground.original, ground.root / "STATUS.txt" / "x")
    fails("ENOENT", os.symlink, ground.original, ground.tag / "no" / "x")


def test_symlink_in_a_folder_that_only_shows_is_erofs(ground: Ground) -> None:
    for place in (*_SHOWN, "."):
        fails("EROFS", os.symlink, ground.original, ground.root / place / "x.jpg")


def test_readlink_tells_the_target_whose_length_is_the_size(ground: Ground) -> None:
    if ground.as_files:
        pytest.skip("entries are files in this mount: there are no links to read")
    for link in (ground.entry, ground.result):
        target = os.readlink(link)
        assert os.lstat(link).st_size == len(os.fsencode(target))
        assert stat.S_IMODE(os.lstat(link).st_mode) == 0o777
        assert Path(target).read_bytes() == ground.data


def test_readlink_of_what_is_no_link_is_einval(ground: Ground) -> None:
    for place in (ground.tag, ground.root, ground.root / "STATUS.txt", *([ground.entry] if ground.as_files else [])):
        fails("EINVAL", os.readlink, place)


def test_readlink_of_what_is_missing_is_enoent(ground: Ground) -> None:
    fails("ENOENT", os.readlink, ground.tag / "no")


def test_a_loop_of_links_is_eloop(ground: Ground) -> None:
    assert ground.result.read_bytes() == ground.entry.read_bytes()
    away = ground.original.rename(ground.original.with_suffix(".away"))
    os.symlink(ground.original, ground.original)
    try:
        fails("ELOOP", os.open, ground.result, os.O_RDONLY)
        fails("ELOOP", os.open, ground.entry, os.O_RDONLY)
        fails("ELOOP", os.mkdir, ground.original / "x")
    finally:
        away.replace(ground.original)


def test_a_link_is_followed_out_of_the_mount_and_back(ground: Ground) -> None:
    way = ground.outside / f"way {ground.word}"
    os.symlink(ground.tag, way)
    assert os.listdir(way) == [ground.entry.name]
    assert (way / ".." / ground.word / ground.entry.name).read_bytes() == ground.data


# ---- unlink ------------------------------------------------------------------------------------------------------


def test_unlink_removes_the_name_and_never_the_original(ground: Ground) -> None:
    os.unlink(ground.entry)
    fails("ENOENT", os.lstat, ground.entry)
    assert os.listdir(ground.tag) == []
    assert ground.original.read_bytes() == ground.data


def test_unlink_of_what_is_missing_is_enoent(ground: Ground) -> None:
    fails("ENOENT", os.unlink, ground.tag / "no")
    fails("ENOENT", os.unlink, ground.drop / "no")


def test_unlink_of_a_folder_is_eisdir(ground: Ground) -> None:
    for folder in (ground.tag, ground.found, ground.root / "tags"):
        fails("EISDIR", os.unlink, folder)


def test_unlink_of_a_name_too_long_is_enametoolong(ground: Ground) -> None:
    fails("ENAMETOOLONG", os.unlink, ground.tag / _LONG)


def test_unlink_below_a_file_or_with_a_slash_is_enotdir(ground: Ground) -> None:
    fails("ENOTDIR", os.unlink, ground.root / "STATUS.txt" / "x")
    fails("ENOTDIR", os.unlink, f"{ground.entry}/")


def test_unlink_in_a_folder_that_only_shows_is_erofs(ground: Ground) -> None:
    fails("EROFS", os.unlink, ground.root / "STATUS.txt")
    fails("EROFS", os.unlink, ground.root / ".originals" / ground.picture.id / f"{ground.word}.jpg")
    fails("EROFS", os.unlink, ground.root / "by" / "date" / "2024" / "05" / f"{ground.word}.jpg")


def test_an_open_file_that_was_unlinked_can_still_be_read_and_written(ground: Ground) -> None:
    path = ground.file(b"before")
    with open(path, "r+b") as file:
        os.unlink(path)
        assert file.read() == b"before"
        os.pwrite(file.fileno(), b"AFTER!", 0)
        assert os.pread(file.fileno(), 100, 0) == b"AFTER!"
        if ground.mount.backend == "fusepy":
            fails("ESTALE", os.fstat, file.fileno())  # it speaks of paths, and there is none any more
        else:
            assert os.fstat(file.fileno()).st_size == 6
    assert path.name not in os.listdir(ground.drop)


def test_an_open_entry_that_was_unlinked_can_still_be_read(ground: Ground) -> None:
    with open(ground.entry, "rb") as file:
        os.unlink(ground.entry)
        assert file.read() == ground.data


# ---- rename ------------------------------------------------------------------------------------------------------


def test_rename_gives_a_file_another_name(ground: Ground) -> None:
    old, new = ground.file(b"x"), ground.drop / f"new {ground.word}"
    inode = os.stat(old).st_ino
    os.rename(old, new)
    fails("ENOENT", os.lstat, old)
    assert new.read_bytes() == b"x"
    assert os.stat(new).st_ino == inode


def test_rename_takes_the_place_of_a_file(ground: Ground) -> None:
    old, new = ground.file(b"old"), ground.file(b"new", f"new {ground.word}")
    os.rename(old, new)
    assert new.read_bytes() == b"old"
    fails("ENOENT", os.lstat, old)


def test_rename_onto_itself_changes_nothing(ground: Ground) -> None:
    path = ground.file(b"x")
    os.rename(path, path)
    assert path.read_bytes() == b"x"
    os.rename(ground.entry, ground.entry)
    assert ground.entry.read_bytes() == ground.data
    os.rename(ground.tag, ground.tag)
    assert kind(ground.tag) == "folder"


def test_rename_gives_a_folder_another_name_and_keeps_what_is_in_it(ground: Ground) -> None:
    new = ground.tag.with_name(f"new{ground.word}")
    inode = os.stat(ground.tag).st_ino
    os.rename(ground.tag, new)
    assert (new / ground.entry.name).read_bytes() == ground.data
    assert os.stat(new).st_ino == inode
    fails("ENOENT", os.lstat, ground.tag)


def test_rename_of_what_is_missing_is_enoent(ground: Ground) -> None:
    fails("ENOENT", os.rename, ground.tag / "no", ground.empty / "no")
    fails("ENOENT", os.rename, ground.entry, ground.root / "tags" / f"no{ground.word}" / "x")


def test_rename_of_a_file_onto_a_folder_is_eisdir(ground: Ground) -> None:
    os.mkdir(ground.empty / "sub")
    fails("EISDIR", os.rename, ground.entry, ground.empty / "sub")


def test_rename_of_a_folder_onto_a_file_is_enotdir(ground: Ground) -> None:
    fails("ENOTDIR", os.rename, ground.empty, ground.entry)
    fails("ENOTDIR", os.rename, ground.empty, ground.file(b"x"))


def test_rename_of_a_folder_onto_one_with_something_in_it_is_enotempty(ground: Ground) -> None:
    fails("ENOTEMPTY|EEXIST", os.rename, ground.empty, ground.tag)
    assert kind(ground.empty) == "folder"


def test_rename_of_a_folder_onto_an_empty_one_takes_its_place(ground: Ground) -> None:
    os.rename(ground.tag, ground.empty)
    assert (ground.empty / ground.entry.name).read_bytes() == ground.data
    fails("ENOENT", os.lstat, ground.tag)


def test_rename_of_a_folder_into_itself_is_einval(ground: Ground) -> None:
    os.mkdir(ground.tag / "sub")
    fails("EINVAL", os.rename, ground.tag, ground.tag / "sub" / "x")
    fails("ENOTEMPTY|EINVAL", os.rename, ground.tag / "sub", ground.tag)


def test_rename_of_a_dot_is_ebusy_or_einval(ground: Ground) -> None:
    fails("EBUSY|EINVAL", os.rename, f"{ground.tag}/.", ground.empty / "x")
    fails("EBUSY|EINVAL", os.rename, ground.empty, f"{ground.tag}/..")


def test_rename_of_a_name_too_long_is_enametoolong(ground: Ground) -> None:
    fails("ENAMETOOLONG", os.rename, ground.entry, ground.empty / _LONG)
    fails("ENAMETOOLONG", os.rename, ground.tag / _LONG, ground.empty / "x")


def test_rename_out_of_the_mount_and_into_it_is_exdev(ground: Ground) -> None:
    fails("EXDEV", os.rename, ground.entry, ground.outside / "x")
    fails("EXDEV", os.rename, ground.picture_outside(), ground.tag / "x.jpg")
    fails("EXDEV", os.rename, ground.empty, ground.outside / "x")


def test_rename_of_what_was_dropped_into_a_tag_is_exdev(ground: Ground) -> None:
    fails("EXDEV", os.rename, ground.file(b"x"), ground.tag / "x.jpg")


def test_rename_that_must_not_replace_is_eexist(ground: Ground) -> None:
    fails("EEXIST", renameat2, ground.result, ground.entry, _NOREPLACE)
    old, new = ground.file(b"old"), ground.file(b"new", f"new {ground.word}")
    fails("EEXIST", renameat2, old, new, _NOREPLACE)
    assert (old.read_bytes(), new.read_bytes()) == (b"old", b"new")
    renameat2(old, ground.drop / f"free {ground.word}", _NOREPLACE)


def test_rename_that_would_exchange_two_is_einval(ground: Ground) -> None:
    old, new = ground.file(b"old"), ground.file(b"new", f"new {ground.word}")
    for flags in (_EXCHANGE, _WHITEOUT):
        fails("EINVAL", renameat2, old, new, flags)
    assert (old.read_bytes(), new.read_bytes()) == (b"old", b"new")


def test_rename_in_a_folder_that_only_shows_is_erofs(ground: Ground) -> None:
    fails("EROFS", os.rename, ground.root / "tags", ground.root / "x")
    fails("EROFS", os.rename, ground.root / "STATUS.txt", ground.root / "x")
    fails("EROFS", os.rename, ground.entry, ground.root / "recent" / "x.jpg")


# ---- link, mknod -------------------------------------------------------------------------------------------------


def test_link_is_eperm_as_there_are_no_hard_links(ground: Ground) -> None:
    fails("EPERM", os.link, ground.entry, ground.empty / "x.jpg", follow_symlinks=False)
    fails("EPERM", os.link, ground.file(b"x"), ground.drop / "x")
    fails("EPERM", os.link, ground.tag, ground.empty / "x")


def test_link_onto_what_is_there_is_eexist_and_from_outside_exdev(ground: Ground) -> None:
    fails("EEXIST", os.link, ground.file(b"x"), ground.file(b"y", f"y {ground.word}"))
    fails("EXDEV", os.link, ground.picture_outside(), ground.tag / "x.jpg")


@pytest.mark.parametrize("what", [stat.S_IFIFO, stat.S_IFSOCK, stat.S_IFCHR, stat.S_IFBLK])
def test_mknod_is_eperm_as_there_are_no_special_files(ground: Ground, what: int) -> None:
    if what in (stat.S_IFCHR, stat.S_IFBLK) and os.geteuid():
        pytest.skip("only root may make devices anywhere: the kernel says EPERM without asking")
    for place in (ground.tag, ground.drop, ground.root / "search", ground.root / "by"):
        fails("EPERM", os.mknod, place / f".{ground.word}", what | 0o644, os.makedev(1, 3))


def test_mknod_of_what_is_there_is_eexist(ground: Ground) -> None:
    fails("EEXIST", os.mkfifo, ground.entry)


def test_a_socket_cannot_be_bound(ground: Ground) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        fails("EPERM", made.bind, str(ground.drop / "s"))


# ---- lookup ------------------------------------------------------------------------------------------------------


def test_a_name_of_255_bytes_is_taken_and_one_more_is_not(ground: Ground) -> None:
    name = ground.word + "é" * ((255 - len(ground.word)) // 2)
    name += "x" * (255 - len(name.encode()))
    os.mkdir(ground.root / "tags" / name)
    assert kind(ground.root / "tags" / name) == "folder"
    ground.file(b"x", name)
    assert (ground.drop / name).read_bytes() == b"x"
    fails("ENAMETOOLONG", os.lstat, ground.drop / f"{name}x")


def test_names_are_bytes(ground: Ground) -> None:
    name = os.fsencode(ground.drop) + b"/\xff\xfe\n" + ground.word.encode()
    Path(os.fsdecode(name)).write_bytes(b"x")
    assert os.path.basename(name) in os.listdir(os.fsencode(ground.drop))
    assert Path(os.fsdecode(name)).read_bytes() == b"x"


def test_names_differ_by_case(ground: Ground) -> None:
    lower, upper = ground.file(b"a", f"a{ground.word}"), ground.file(b"b", f"A{ground.word}")
    assert (lower.read_bytes(), upper.read_bytes()) == (b"a", b"b")


def test_dots_lead_to_the_folder_and_the_one_above(ground: Ground) -> None:
    assert os.path.samefile(f"{ground.tag}/.", ground.tag)
    assert os.path.samefile(f"{ground.tag}/..", ground.root / "tags")
    assert os.path.samefile(ground.root / "..", ground.root.parent)


def test_a_working_folder_tells_where_it_is(ground: Ground) -> None:
    before = os.getcwd()
    os.chdir(ground.tag)
    try:
        assert os.getcwd() == str(ground.tag)
        assert os.path.samefile(ground.entry.name, ground.entry)
    finally:
        os.chdir(before)


def test_a_temporary_file_can_be_made_and_removed(ground: Ground) -> None:
    with tempfile.NamedTemporaryFile(dir=ground.drop) as file:
        file.write(b"x")
        file.flush()
        assert Path(file.name).read_bytes() == b"x"
    fails("ENOENT", os.lstat, file.name)
