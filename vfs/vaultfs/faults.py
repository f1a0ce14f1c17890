"""What can go wrong inside the tree. Only `vaultfs.backend.errnos` turns these into numbers."""

from __future__ import annotations


class Fault(Exception):
    """A request on the tree that cannot be met; the message is for the log."""


class Missing(Fault):
    """No such name."""


class Exists(Fault):
    """The name is taken."""


class Invalid(Fault):
    """The name, query, picture or request makes no sense."""


class ReadOnly(Fault):
    """Nothing can be changed here."""


class NotPermitted(Fault):
    """This gesture does not exist on this thing."""


class Denied(Fault):
    """The caller is not the one who may."""


class OtherPlace(Fault):
    """The two ends are in places between which nothing can be moved."""


class NotEmptyFolder(Fault):
    """The folder must be empty first."""


class IsFolder(Fault):
    """A folder where something else is needed."""


class NotFolder(Fault):
    """A folder is needed."""


class Stale(Fault):
    """The name meant another thing when the caller saw it."""


class NameTooLong(Fault):
    """A name of more than 255 bytes."""


class TooBig(Fault):
    """More bytes than the file may have."""


class NoSpace(Fault):
    """The disk is full."""


class Unavailable(Fault):
    """The daemon did not answer in time, and no snapshot is at hand."""


class Away(Fault):
    """The picture lies on a drive that is not connected."""


class Unsupported(Fault):
    """An operation this file system does not have."""


class NoAttribute(Fault):
    """No extended attribute of that name."""
