"""From what happened to a number: the one place where the tree's faults become errno."""

from __future__ import annotations

import errno
import logging

from vaultfs import faults
from vaultipc import errors

log = logging.getLogger(__name__)

_NUMBERS: dict[type[Exception], int] = {
    faults.Missing: errno.ENOENT,
    faults.Exists: errno.EEXIST,
    faults.Invalid: errno.EINVAL,
    faults.ReadOnly: errno.EROFS,
    faults.NotPermitted: errno.EPERM,
    faults.Denied: errno.EACCES,
    faults.OtherPlace: errno.EXDEV,
    faults.NotEmptyFolder: errno.ENOTEMPTY,
    faults.IsFolder: errno.EISDIR,
    faults.NotFolder: errno.ENOTDIR,
    faults.Stale: errno.ESTALE,
    faults.NameTooLong: errno.ENAMETOOLONG,
    faults.TooBig: errno.EFBIG,
    faults.NoSpace: errno.ENOSPC,
    faults.Unavailable: errno.EIO,
    faults.Away: errno.ENOMEDIUM,
    faults.Unsupported: errno.ENOTSUP,
    faults.NoAttribute: errno.ENODATA,
    errors.NotFound: errno.ENOENT,
    errors.NotEmpty: errno.ENOTEMPTY,
    errors.Conflict: errno.EEXIST,
    errors.TooLarge: errno.EFBIG,
    errors.DiskFull: errno.ENOSPC,
    errors.Held: errno.EBUSY,
    errors.Paused: errno.EIO,
    errors.DaemonAway: errno.EIO,
    errors.VersionMismatch: errno.EIO,
    errors.DaemonBug: errno.EIO,
    errors.UserError: errno.EINVAL,  # a query, name or picture that makes no sense
}


def number(error: Exception) -> int:
    """Return the errno of an exception; what is none of ours is a bug: EIO, and a traceback in the log."""
    if isinstance(error, OSError) and error.errno:
        return error.errno
    for kind in type(error).__mro__:
        if kind in _NUMBERS:
            log.debug("%s: %s", kind.__name__, error)
            return _NUMBERS[kind]
    log.error("a bug of the file system: %r", error, exc_info=error)
    return errno.EIO
