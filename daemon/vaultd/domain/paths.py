"""Paths are bytes inside, text outside.

In a message a path is display text, with U+FFFD for what is not UTF-8, and only then also its exact bytes in base64.
"""

from __future__ import annotations

from base64 import b64encode

from msgspec import UNSET, UnsetType


def shown(path: bytes) -> tuple[str, str | UnsetType]:
    """The display text of a path, and its bytes in base64 where the text alone does not tell them."""
    try:
        return path.decode("utf-8"), UNSET
    except UnicodeDecodeError:
        return path.decode("utf-8", "replace"), b64encode(path).decode("ascii")


def absolute(mount_point: bytes, path: bytes) -> bytes:
    """The absolute path of a path relative to a volume's mount point."""
    if not path:
        return mount_point
    return b"/" + path if mount_point == b"/" else mount_point + b"/" + path


def name_of(path: bytes) -> bytes:
    """The last component of a path."""
    return path.rpartition(b"/")[2]
