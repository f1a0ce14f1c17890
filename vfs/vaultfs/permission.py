"""Whether another user could read a file in its own place: mode bits and access control lists, all the way up.

The mount runs as its owner and cannot ask the kernel on behalf of others; so the kernel's rules are followed here, as
acl(5) and path_resolution(7) tell them. Whatever cannot be known counts as forbidden.
"""

from __future__ import annotations

import errno
import logging
import os
import stat
from struct import Struct

from vaultfs.caller import Caller

log = logging.getLogger(__name__)

_READ, _SEARCH = 4, 1

# The extended attribute of Linux (include/uapi/linux/posix_acl_xattr.h): a version, then tag, permissions, id of each.
_ACL = "system.posix_acl_access"
_HEADER, _ENTRY = Struct("<I"), Struct("<HHI")
_VERSION = 2
_OWNER, _USER, _OWNING_GROUP, _GROUP, _MASK, _OTHER = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20

_DELETED = b" (deleted)"

Entry = tuple[int, int, int]
"""Tag, permissions and id of an entry of an access control list."""


def may_read(caller: Caller, descriptor: int) -> bool:
    """Return whether `caller` could open for reading the file that is open as `descriptor`. May wait for a disk."""
    if caller.uid == 0:
        return True
    groups = caller.groups()
    path = os.readlink(f"/proc/self/fd/{descriptor}".encode())
    if not path.startswith(b"/") or path.endswith(_DELETED):
        return False
    try:
        readable = _granted(caller.uid, groups, descriptor, _READ)
        return readable and all(_granted(caller.uid, groups, folder, _SEARCH) for folder in _above(path))
    except OSError as error:
        log.debug("not to be known: %s", error)
        return False


def _above(path: bytes) -> list[bytes]:
    """Return every folder above `path`, the nearest first."""
    folders = []
    while path != b"/":
        path = os.path.dirname(path)
        folders.append(path)
    return folders


def _granted(uid: int, groups: frozenset[int] | None, what: bytes | int, wanted: int) -> bool:
    """Return whether mode bits or access control list grant `wanted`; `groups` None: they are not known."""
    found = os.stat(what)
    deciding = _deciding(_entries(what, found), uid, groups, found)
    return any(permissions & wanted == wanted for permissions in deciding)


def _deciding(entries: list[Entry], uid: int, groups: frozenset[int] | None, found: os.stat_result) -> list[int]:
    """Return the permissions that decide: those of one entry, or of several groups, of which any may grant."""
    mask = next((permissions for tag, permissions, _ in entries if tag == _MASK), 0o7)
    if uid == found.st_uid:
        return [permissions for tag, permissions, _ in entries if tag == _OWNER]
    for tag, permissions, who in entries:
        if tag == _USER and who == uid:
            return [permissions & mask]
    in_groups = [
        permissions & mask
        for tag, permissions, who in entries
        if tag in (_OWNING_GROUP, _GROUP)
        and (groups is None or (found.st_gid if tag == _OWNING_GROUP else who) in groups)
    ]
    others = [permissions for tag, permissions, _ in entries if tag == _OTHER]
    if groups is None:  # it may be in any of them, and each could be the one that forbids
        return [_all_of([*in_groups, *others])]
    return in_groups or others


def _all_of(several: list[int]) -> int:
    """Return what all of them grant."""
    granted = 0o7
    for permissions in several:
        granted &= permissions
    return granted


def _entries(what: bytes | int, found: os.stat_result) -> list[Entry]:
    """Return the access control list; one made of the mode bits where there is none."""
    try:
        value = os.getxattr(what, _ACL)
    except OSError as error:
        if error.errno not in (errno.ENODATA, errno.EOPNOTSUPP):
            raise
        mode = stat.S_IMODE(found.st_mode)
        return [(_OWNER, mode >> 6 & 7, 0), (_OWNING_GROUP, mode >> 3 & 7, 0), (_OTHER, mode & 7, 0)]
    (version,) = _HEADER.unpack_from(value)
    if version != _VERSION:
        raise OSError(errno.EOPNOTSUPP, f"an access control list of version {version}")
    return list(_ENTRY.iter_unpack(value[_HEADER.size :]))
