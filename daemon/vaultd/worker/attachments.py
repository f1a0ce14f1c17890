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
        names = NAMES.intersection(_names(file))
        return attached({name: _value(file, name) for name in names}) if names else NOTHING
    except OSError as error:
        if error.errno in _NONE_HERE:
            return NOTHING
        raise


def _names(file: bytes | int) -> list[str]:
    return os.listxattr(file) if isinstance(file, int) else os.listxattr(file, follow_symlinks=False)


def _value(file: bytes | int, name: str) -> bytes:
    return os.getxattr(file, name) if isinstance(file, int) else os.getxattr(file, name, follow_symlinks=False)
