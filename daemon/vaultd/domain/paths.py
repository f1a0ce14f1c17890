"""Paths are bytes inside; `vaultipc.codec` says how they travel as text."""

from __future__ import annotations


def absolute(mount_point: bytes, path: bytes) -> bytes:
    """The absolute path of a path relative to a volume's mount point."""
    if not path:
        return mount_point
    return b"/" + path if mount_point == b"/" else mount_point + b"/" + path


def name_of(path: bytes) -> bytes:
    """The last component of a path."""
    return path.rpartition(b"/")[2]
