"""What is mounted where, and what a file system is known by."""

from __future__ import annotations

import pytest

from vaultd.ingest import mountinfo

TABLE = rb"""22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
25 22 0:23 / /home/u/Pictures/My\040NAS rw shared:3 - nfs4 nas:/photos rw
26 22 0:24 /sub /mnt/sub rw - btrfs /dev/sdb1 rw
27 22 0:25 / /dev/shm rw - tmpfs tmpfs rw
28 22 0:26 / /tmp rw - tmpfs tmpfs rw
29 22 0:27 / /home/u/vault rw - fuse.vvault vvault rw
30 22 0:28 / /mnt/sub rw - vfat /dev/sdc1 rw
broken line
"""


def test_a_path_lies_on_the_mount_with_the_longest_path_that_holds_it() -> None:
    mounts = mountinfo.read(TABLE)
    assert mountinfo.covering(b"/home/u/Pictures/My NAS/a.jpg", mounts).fs_type == b"nfs4"
    assert mountinfo.covering(b"/home/u/Pictures/My NASA", mounts).path == b"/"
    assert mountinfo.covering(b"/", mounts).path == b"/"


def test_the_mount_on_top_hides_the_one_beneath() -> None:
    assert mountinfo.covering(b"/mnt/sub/x", mountinfo.read(TABLE)).fs_type == b"vfat"


def test_network_file_systems_and_our_own_are_recognised() -> None:
    found = {mount.path: mount for mount in mountinfo.read(TABLE)}
    assert found[b"/home/u/Pictures/My NAS"].is_network
    assert found[b"/home/u/vault"].is_ours
    assert not found[b"/"].is_network
    assert not found[b"/"].is_ours


def test_where_the_kernel_tells_nothing_of_changes_is_recognised() -> None:
    frozen = rb"""31 22 0:29 / /mnt/disc ro - iso9660 /dev/sr0 ro
32 22 254:0 /var /srv/view ro - ext4 /dev/vda rw,errors=ro"""
    found = {mount.path: mount.is_silent for mount in mountinfo.read(TABLE + frozen)}
    assert found[b"/home/u/Pictures/My NAS"]
    assert found[b"/mnt/disc"], "it is changed elsewhere, if at all"
    assert not found[b"/srv/view"], "it may not be written there, but where else it is mounted, and that is told"
    assert not found[b"/"]


@pytest.mark.parametrize("kind", [b"9p", b"virtiofs", b"vboxsf", b"prl_fs"])
def test_what_a_virtual_machine_sees_of_its_host_changes_without_the_kernels_telling(kind: bytes) -> None:
    assert mountinfo.MountPoint(b"/media/host", b"/", kind, b"host").is_silent


def test_a_disk_of_this_machine_is_watched_though_a_program_reads_it() -> None:
    assert not mountinfo.MountPoint(b"/media/disk", b"/", b"fuseblk", b"/dev/sdb1").is_silent


def test_two_memory_file_systems_are_two_and_one_source_is_one_wherever_it_is_mounted() -> None:
    found = {mount.path: mount for mount in mountinfo.read(TABLE)}
    assert mountinfo.identify(found[b"/dev/shm"]) != mountinfo.identify(found[b"/tmp"])
    nas = found[b"/home/u/Pictures/My NAS"]
    elsewhere = mountinfo.MountPoint(b"/media/nas", nas.root, nas.fs_type, nas.source)
    assert mountinfo.identify(nas) == mountinfo.identify(elsewhere)
    assert mountinfo.identify(nas).kind == "network"


def test_a_mounted_folder_of_a_file_system_is_a_volume_of_its_own() -> None:
    whole = mountinfo.MountPoint(b"/nowhere/a", b"/", b"ext4", b"/dev/nothing")
    part = mountinfo.MountPoint(b"/nowhere/b", b"/part", b"ext4", b"/dev/nothing")
    assert mountinfo.identify(whole) != mountinfo.identify(part)
