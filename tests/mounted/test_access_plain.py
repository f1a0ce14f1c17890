"""The mount of a user without rights, and what root gets in it: nothing, or a look.

The mount is made in a mount namespace of its own, because it needs a system where everybody may let others in.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from support import plainly
from support.mounting import KINDS, Mount
from support.smalldaemon import MAGIC, Picture, SmallDaemon
from support.someone import Someone, needs_root

pytestmark = needs_root

OWNER_UID = 4100


class PlainMount(Mount):
    """A mount whose owner has no rights. `inside`: how to start a program that sees it."""

    fuse_conf = "user_allow_other"

    def command(self) -> list[str]:
        if shutil.which("unshare") is None or shutil.which("nsenter") is None:
            pytest.skip("unshare and nsenter (util-linux) are not installed")
        unshared = ["unshare", "--mount", "--propagation", "private", "--"]
        return [*unshared, sys.executable, plainly.__file__, str(OWNER_UID), self.fuse_conf, *super().command()]

    @property
    def inside(self) -> tuple[str, ...]:
        assert self.process is not None
        return ("nsenter", f"--mount=/proc/{self.process.pid}/ns/mnt", "--")

    def someone(self, uid: int) -> Someone:
        return Someone(uid, uid, through=self.inside)


@pytest.fixture(scope="module")
def picture(library: SmallDaemon) -> Picture:
    """A picture of the owner's that everybody may read, in a library of the owner's that everybody may search."""
    os.chmod(tempfile.gettempdir(), 0o711)
    os.chmod(library.socket.parent, 0o755)
    os.chmod(library.socket, 0o666)
    os.chmod(library.library, 0o755)
    os.chown(library.holding, OWNER_UID, OWNER_UID)
    made = library.add("dog.jpg", "dog")
    os.chown(made.path, OWNER_UID, OWNER_UID)
    os.chmod(made.path, 0o644)
    library.tag("pets", made)
    return made


@pytest.fixture(scope="module")
def mount(request: pytest.FixtureRequest, backend: str, library: SmallDaemon, picture: Picture) -> Iterator[PlainMount]:
    """A mount of the user without rights, with entries and options as the test asks for."""
    entries, *options = request.param
    place = library.socket.with_name(f"p{entries}{'-'.join(options)}")
    place.mkdir(exist_ok=True)
    os.chown(place, OWNER_UID, OWNER_UID)
    with PlainMount(place, library.socket, backend, entries, *options) as mount:
        yield mount


def mounted(kinds: Sequence[str], *options: str) -> pytest.MarkDecorator:
    """The test is made in a mount with these entries and options."""
    return pytest.mark.parametrize("mount", [(kind, *options) for kind in kinds], indirect=True, ids=kinds)


alone = mounted(["symlink"])
shared = mounted(KINDS, "--share", "world")
let_in = mounted(["file"], "--allow-other")


@alone
def test_alone_the_owner_gets_all_and_root_nothing(mount: PlainMount, picture: Picture) -> None:
    place = mount.place
    assert mount.someone(OWNER_UID).does(
        ("listdir", place / "tags" / "pets"), ("mkdir", place / "by" / "x"), ("write", place / "STATUS.txt", "x")
    ) == [["dog.jpg"], "EROFS", "EROFS"]
    assert (
        mount.someone(0).does(("listdir", place), ("read", place / "STATUS.txt"), ("mkdir", place / "tags" / "x"))
        == ["EACCES"] * 3
    )


@shared
def test_in_a_shared_mount_the_owner_makes_the_gestures_and_root_only_looks(
    mount: PlainMount, picture: Picture, library: SmallDaemon
) -> None:
    place, name = mount.place, f"{mount.backend}{mount.entries}"
    entry, original = place / "tags" / "pets" / "dog.jpg", place / ".originals" / picture.id / "dog.jpg"
    library.history.insert(0, "dog")
    data = Path(os.fsdecode(picture.path)).read_bytes().hex()
    assert mount.someone(0).does(
        ("listdir", place / "tags" / "pets"),
        ("read", entry),
        ("mkdir", place / "tags" / name),
        ("unlink", entry),
        ("rename", place / "search" / "dog", place / "saved" / name),
        ("utime", entry),
        ("chown", place / "tags" / "pets", 0, 0),
        ("removexattr", original, "user.xdg.tags"),
        ("write", place / "like" / "drop" / "x", "text"),
        ("write", original, "text"),
    ) == [["dog.jpg"], data, *["EACCES"] * 8]
    assert mount.someone(OWNER_UID).does(
        ("mkdir", place / "tags" / name),
        ("symlink", os.fsdecode(picture.path), place / "tags" / name / "x.jpg"),
        ("listdir", place / "tags" / name),
        ("unlink", place / "tags" / name / "dog.jpg"),
        ("rmdir", place / "tags" / name),
        ("rename", place / "search" / "dog", place / "saved" / name),
        ("rmdir", place / "saved" / name),
        ("write", place / "like" / "drop" / name, "text"),
        ("unlink", place / "like" / "drop" / name),
        ("chmod", place / "tags" / "pets", 0o700),
    ) == [None, None, ["dog.jpg"], *[None] * 4, None, None, None]
    assert picture.tags == {"pets"}


@shared
def test_in_a_shared_mount_the_owner_is_refused_as_in_any_other(mount: PlainMount, picture: Picture) -> None:
    """But where mode bits say no: the kernel says EACCES before the mount is asked."""
    place = mount.place
    entry, original = place / "tags" / "pets" / "dog.jpg", place / ".originals" / picture.id / "dog.jpg"
    assert mount.someone(OWNER_UID).does(
        ("mkdir", place / "by" / "x"),
        ("rmdir", place / "by" / "date"),
        ("symlink", os.fsdecode(picture.path), place / "recent" / "x.jpg"),
        ("mkdir", place / "search" / "dog"),
        ("rmdir", place / "tags" / "pets"),
        ("symlink", "nowhere", place / "tags" / "pets" / "x"),
        ("chmod", place / "by", 0o777),
        ("chmod", original, 0o777),
    ) == ["EROFS", "EROFS", "EROFS", "EEXIST", "ENOTEMPTY", "ENOENT", "EROFS", "EROFS"]
    assert (
        mount.someone(OWNER_UID).does(
            ("write", entry, "text"),
            ("write", place / "STATUS.txt", "text"),
            ("removexattr", original, "user.xdg.tags"),
        )
        == ["EACCES"] * 3
    )
    assert Path(os.fsdecode(picture.path)).read_bytes().startswith(MAGIC)


@let_in
def test_programs_that_act_for_the_owner_get_in_where_they_are_let_in(mount: PlainMount, picture: Picture) -> None:
    place, entry = mount.place, mount.place / "tags" / "pets" / "dog.jpg"
    data = Path(os.fsdecode(picture.path)).read_bytes().hex()
    assert mount.someone(0).does(("read", entry), ("unlink", entry)) == [data, "EACCES"]
    assert mount.someone(4001).does(("listdir", place), ("read", entry)) == ["EACCES"] * 2
    # A server that has taken the owner's identity for a while, as smbd does, is not its user through and through.
    server = Someone(OWNER_UID, OWNER_UID, through=mount.inside, real=0)
    assert server.does(("read", entry), ("mkdir", place / "tags" / f"{mount.backend}{mount.entries}")) == [data, None]


@alone
def test_a_server_that_acts_for_the_owner_stays_out_otherwise(mount: PlainMount) -> None:
    server = Someone(OWNER_UID, OWNER_UID, through=mount.inside, real=0)
    assert server.gets("listdir", mount.place) == "EACCES"


@pytest.mark.parametrize("options", [("--share", "group"), ("--allow-other",)], ids=["share", "allow_other"])
def test_where_the_system_lets_nobody_in_the_mount_says_so_and_ends(
    library: SmallDaemon, picture: Picture, options: tuple[str, ...]
) -> None:
    mount = PlainMount(library.socket.with_name("refused"), library.socket, "auto", "symlink", *options)
    mount.fuse_conf = "#user_allow_other"
    process = mount.spawn()
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(20) == 4
    assert "has the line `user_allow_other`, and it has not" in mount.log
    assert "sudo tee -a /etc/fuse.conf" in mount.log
