"""What is mounted where, and by what a file system is known again when it comes back under another device number.

Format of /proc/self/mountinfo: proc_pid_mountinfo(5).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import uuid
from dataclasses import dataclass
from pathlib import Path

from vaultd.catalog.volumes import Identity

MOUNTINFO = Path("/proc/self/mountinfo")
BY_UUID = Path("/dev/disk/by-uuid")
OURS = b"vvault"
"""How our own mount calls itself, as file system type (fuse.vvault) or source."""

NETWORK = frozenset(
    {b"nfs", b"nfs4", b"cifs", b"smb3", b"smbfs", b"afs", b"ceph", b"fuse", b"glusterfs", b"ncpfs"}
    | {b"9p", b"virtiofs", b"vboxsf", b"prl_fs"}
)
"""File systems that change without telling inotify, the last four on the host of this virtual machine; every `fuse.…`
counts too.

`fuseblk` (ntfs-3g) does not: it is a disk of this machine, and what is done to it goes through this kernel.
"""

_ESCAPE = re.compile(rb"\\([0-7]{3})")
_FS_IOC_GETFSUUID = 0x80111500
"""_IOR(0x15, 0, struct fsuuid2): one byte of length and 16 of UUID; Linux 6.9, include/uapi/linux/fs.h."""


@dataclass(frozen=True)
class MountPoint:
    """One line: the file system `source` of type `fs_type`, or its folder `root`, is seen at `path`.

    `is_frozen`: the file system as a whole cannot be written from here, not only at this place.
    """

    path: bytes
    root: bytes
    fs_type: bytes
    source: bytes
    is_frozen: bool = False

    @property
    def is_network(self) -> bool:
        """Whether others may change it without the kernel's telling us."""
        return self.fs_type in NETWORK or self.fs_type.startswith(b"fuse.")

    @property
    def is_silent(self) -> bool:
        """Whether inotify cannot be relied upon: what changes a file system that is read-only here is elsewhere."""
        return self.is_network or self.is_frozen

    @property
    def is_ours(self) -> bool:
        """Whether it is a mount of this program, whose pictures are known already."""
        return OURS in self.fs_type or self.source.startswith(OURS)


def read(text: bytes | None = None) -> list[MountPoint]:
    """All mounts; where several are on one path, only the one on top."""
    found: dict[bytes, MountPoint] = {}
    for line in (MOUNTINFO.read_bytes() if text is None else text).splitlines():
        fields, _, tail = line.partition(b" - ")
        before, after = fields.split(b" "), tail.split(b" ")
        if len(before) < 6 or len(after) < 2:
            continue
        is_frozen = len(after) > 2 and b"ro" in after[2].split(b",")
        mount = MountPoint(_plain(before[4]), _plain(before[3]), after[0], _plain(after[1]), is_frozen)
        found[mount.path] = mount
    return list(found.values())


def covering(path: bytes, mounts: list[MountPoint]) -> MountPoint:
    """The mount that an absolute path without symlinks lies on."""
    inside = [mount for mount in mounts if is_within(path, mount.path)]
    return max(inside, key=lambda mount: len(mount.path))


def is_within(path: bytes, folder: bytes) -> bool:
    """Whether a path is a folder or lies below it; both absolute."""
    return path == folder or path.startswith(folder.rstrip(b"/") + b"/")


def identify(mount: MountPoint) -> Identity:
    """By what the file system is known: its UUID where the kernel or udev tells it, else what it was mounted from.

    A mounted subfolder (bind mounts, subvolumes) is a volume of its own. Memory file systems have no source that
    would tell two of them apart, so their mount point counts.
    """
    kind = "network" if mount.is_network else "local"
    found = None if mount.is_network else (_uuid_by_device(mount.source) or _uuid_by_kernel(mount.path))
    if found:
        return Identity(kind, found if mount.root == b"/" else f"{found}:{os.fsdecode(mount.root)!a}", None)
    parts = [mount.fs_type, mount.source, mount.root]
    if not (mount.source.startswith(b"/") or b":" in mount.source):
        parts.append(mount.path)
    return Identity(kind, None, hashlib.sha256(b"\0".join(parts)).hexdigest())


def _uuid_by_device(source: bytes) -> str | None:
    if not source.startswith(b"/dev/") or not BY_UUID.is_dir():
        return None
    device = os.path.realpath(os.fsdecode(source))
    return next((link.name for link in sorted(BY_UUID.iterdir()) if os.path.realpath(link) == device), None)


def _uuid_by_kernel(path: bytes) -> str | None:
    answer = bytearray(17)
    try:
        fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.ioctl(fd, _FS_IOC_GETFSUUID, answer)
        finally:
            os.close(fd)
    except OSError:
        return None  # an older kernel, or a file system without one
    value = bytes(answer[1 : 1 + answer[0]])
    return str(uuid.UUID(bytes=value)) if len(value) == 16 and any(value) else None


def _plain(field: bytes) -> bytes:
    """The field without the octal escapes of blanks and backslashes."""
    return _ESCAPE.sub(lambda match: bytes([int(match[1], 8)]), field)
