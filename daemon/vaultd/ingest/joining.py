"""What a folder must be to be watched, and how it joins those that are."""

from __future__ import annotations

import os

from vaultd.catalog import roots
from vaultd.catalog.roots import Root
from vaultd.catalog.store import Catalog
from vaultd.ingest.mountinfo import is_within
from vaultd.ingest.watched import Watched
from vaultipc.errors import NotFound, Refused


def checked(path: bytes, skipped: frozenset[bytes], mounts: frozenset[bytes]) -> bytes:
    """The folder without symbolic links.

    `skipped`: folders of ours, which are no library; `mounts`: those among them that must not even lie in one. Raises
    NotFound, Refused.
    """
    shown = os.fsdecode(path).encode("utf-8", "replace").decode()
    if not path.startswith(b"/"):
        raise Refused(f"“{shown}” is not an absolute path", hint="give the full path of the folder")
    folder = os.path.realpath(path)
    for ours in skipped:
        if is_within(folder, ours):
            raise Refused(f"{shown} belongs to Visionary Vault itself", hint="add the folder with the originals")
        if ours in mounts and is_within(ours, folder):
            inside = os.fsdecode(ours).encode("utf-8", "replace").decode()
            raise Refused(
                f"{shown} contains {inside}, where Visionary Vault's own folders are mounted",
                hint="add the folders beside it, or move the mount with [mount] path",
            )
    if not os.path.lexists(folder):
        raise NotFound(f"there is no folder {shown}", hint="check its spelling, or attach the drive it is on")
    if not os.path.isdir(folder):
        raise Refused(f"{shown} is not a folder", hint="add the folder that the picture lies in")
    return folder


def inside(watched: Watched, folder: bytes) -> list[Root]:
    """The roots that a root at this folder takes over."""
    return [root for root in watched.roots if root.folder is not None and is_within(root.folder, folder)]


def join(catalog: Catalog, watched: Watched, volume: int, relative: bytes, folder: bytes) -> None:
    """Adds a root, which takes over the files of the roots inside it."""
    inner = [root.id for root in inside(watched, folder)]
    with catalog.write() as tx:
        outer = roots.add(tx, volume, relative)
        for root in inner:
            roots.absorb(tx, outer, root)
