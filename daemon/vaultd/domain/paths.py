"""Paths are bytes inside; `vaultipc.codec` says how they travel as text."""

from __future__ import annotations

import os

from vaultipc.errors import NotFound, Refused


def absolute(mount_point: bytes, path: bytes) -> bytes:
    """The absolute path of a path relative to a volume's mount point."""
    if not path:
        return mount_point
    return b"/" + path if mount_point == b"/" else mount_point + b"/" + path


def name_of(path: bytes) -> bytes:
    """The last component of a path."""
    return path.rpartition(b"/")[2]


def require_folder(path: bytes) -> None:
    """Raises NotFound or Refused, with what to do, where there is no folder to be watched."""
    shown = os.fsdecode(path).encode("utf-8", "replace").decode()
    if not os.path.exists(path):
        raise NotFound(f"there is no folder {shown}", hint="check its spelling, or attach the drive it is on")
    if not os.path.isdir(path):
        raise Refused(f"{shown} is not a folder", hint="add the folder that the picture lies in")
