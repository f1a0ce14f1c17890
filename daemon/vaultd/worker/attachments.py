"""Reading what programs attached to a file. Most files have nothing, which one system call tells."""

from __future__ import annotations

import errno
import os

from vaultd.domain.attached import NAMES, NOTHING, Attached, attached

_NONE_HERE = frozenset({errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENODATA, errno.ENOENT, errno.ENOTDIR, errno.EACCES})


def attachments(file: bytes | int) -> Attached:
    """What is attached to a path, links not followed, or a descriptor; nothing where none can be or it is gone.

    Raises OSError where the disk fails.
    """
    try:
        found = values(file)
        return attached(found) if found else NOTHING
    except OSError as error:
        if error.errno in _NONE_HERE:
            return NOTHING
        raise


def values(file: bytes | int) -> dict[str, bytes]:
    """The attributes as they are written, by name. Raises OSError."""
    return {name: _value(file, name) for name in NAMES.intersection(_names(file))}


def _names(file: bytes | int) -> list[str]:
    return os.listxattr(file) if isinstance(file, int) else os.listxattr(file, follow_symlinks=False)


def _value(file: bytes | int, name: str) -> bytes:
    return os.getxattr(file, name) if isinstance(file, int) else os.getxattr(file, name, follow_symlinks=False)
