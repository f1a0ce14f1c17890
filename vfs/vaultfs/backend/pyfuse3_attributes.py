"""Attributes in pyfuse3's form.

Everything is told in the same few objects, filled anew each time: pyfuse3 copies them before anything else happens, and
one for each of a hundred thousand entries would take more memory than all else that is known of them.
"""

from __future__ import annotations

import pyfuse3

from vaultfs.access import Access
from vaultfs.attributes import Attributes
from vaultfs.tree.node import LONG, Node, Symlink


def shown(node: Node, access: Access) -> pyfuse3.EntryAttributes:
    """Return what the kernel is told of a node, to be handed on at once."""
    if isinstance(node, Symlink):
        return _shown_link(node)
    attributes = node.attributes()
    entry = filled(_ANY, attributes)
    entry.st_mode = access.mode(attributes)
    entry.entry_timeout = node.entry_timeout
    entry.attr_timeout = node.attribute_timeout
    return entry


def _shown_link(link: Symlink) -> pyfuse3.EntryAttributes:
    """Links come by the ten thousand, and differ in number, length and time."""
    if not _LINK.st_mode:
        filled(_LINK, link.attributes())
        _LINK.entry_timeout = _LINK.attr_timeout = LONG
    _LINK.st_ino = link.inode
    _LINK.st_size = link.size
    _LINK.st_atime_ns = _LINK.st_mtime_ns = _LINK.st_ctime_ns = link.mtime_ns
    return _LINK


def filled(entry: pyfuse3.EntryAttributes, attributes: Attributes) -> pyfuse3.EntryAttributes:
    """Return `entry`, filled with attributes."""
    entry.st_ino = attributes.inode
    entry.st_mode = attributes.mode
    entry.st_nlink = attributes.links
    entry.st_uid = attributes.uid
    entry.st_gid = attributes.gid
    entry.st_size = attributes.size
    entry.st_blocks = attributes.blocks
    entry.st_blksize = 4096
    entry.st_atime_ns = entry.st_mtime_ns = entry.st_ctime_ns = attributes.mtime_ns
    return entry


def absent(seconds: float) -> pyfuse3.EntryAttributes:
    """Return a negative entry: the kernel may believe for `seconds` that there is no such name."""
    entry = pyfuse3.EntryAttributes()
    entry.st_ino = 0
    entry.entry_timeout = seconds
    return entry


_ANY, _LINK = pyfuse3.EntryAttributes(), pyfuse3.EntryAttributes()
_LINK.st_mode = 0
