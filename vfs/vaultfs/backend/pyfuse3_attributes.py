"""Attributes in pyfuse3's form."""

from __future__ import annotations

import pyfuse3

from vaultfs.attributes import Attributes
from vaultfs.tree.node import Node


def shown(node: Node) -> pyfuse3.EntryAttributes:
    """Return what the kernel is told of a node; kept with it, since listings ask for thousands again and again."""
    kept: pyfuse3.EntryAttributes | None = node.shown
    if kept is not None and node.attribute_timeout:
        return kept
    entry = filled(node.attributes())
    entry.entry_timeout = node.entry_timeout
    entry.attr_timeout = node.attribute_timeout
    node.shown = entry
    return entry


def filled(attributes: Attributes) -> pyfuse3.EntryAttributes:
    """Return pyfuse3's form of attributes."""
    entry = pyfuse3.EntryAttributes()
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
