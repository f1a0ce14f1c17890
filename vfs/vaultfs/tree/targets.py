"""What a link that the user makes points at: a picture of the library, however they name it."""

from __future__ import annotations

import os.path
from typing import TYPE_CHECKING

import trio

from vaultfs.faults import Invalid, Missing
from vaultfs.tree.entries import Entry
from vaultfs.tree.extended import ID
from vaultfs.tree.node import Node, walk
from vaultfs.tree.picturefile import PictureFile
from vaultfs.writing.incoming import Incoming
from vaultipc.codec import display
from vaultipc.errors import NotFound
from vaultipc.messages import Empty, ImageInfo, ImageParams, Status

if TYPE_CHECKING:
    from vaultfs.tree.tree import Tree


def image_of(node: Node) -> str:
    """Return the id of the picture that `node` stands for, or nothing."""
    return node.image if isinstance(node, Entry | Incoming | PictureFile) else ""


async def image_at(tree: Tree, folder: bytes, target: bytes) -> str:
    """Return the id of the picture that a link to `target`, made in `folder` of the mount, would lead to.

    As POSIX has it, a relative target starts at the folder of the link. Missing if there is no such picture in the
    library, Invalid if the target is something else inside this mount.
    """
    path = _absolute(tree, folder, target)
    try:
        return await _image(tree, path)
    except NotFound:
        real = await trio.to_thread.run_sync(os.path.realpath, path, abandon_on_cancel=True)
        image = await _image_elsewhere(tree, real)
        if image:
            return image
        if real == path:
            raise
    return await _image(tree, real)


async def _image_elsewhere(tree: Tree, path: bytes) -> str:
    """Return the id of the picture that another mount of this vault shows at `path`, or nothing."""
    status: Status = await tree.ask("status", Empty())
    mounts = [os.fsencode(mount.path) for mount in status.mounts]
    if not any(path.startswith(mount + b"/") for mount in mounts if mount != tree.mountpoint):
        return ""
    try:
        return (await trio.to_thread.run_sync(os.getxattr, path, ID, abandon_on_cancel=True)).decode()
    except OSError:
        return ""


def _absolute(tree: Tree, folder: bytes, target: bytes) -> bytes:
    return os.path.normpath(os.path.join(tree.mountpoint, folder, target))


async def _image(tree: Tree, path: bytes) -> str:
    if path == tree.mountpoint or path.startswith(tree.mountpoint + b"/"):
        return await _image_within(tree, path)
    text, exact_path = display(path)
    params = ImageParams(image_b64=exact_path) if isinstance(exact_path, str) else ImageParams(image=text)
    info: ImageInfo = await tree.ask("image", params)
    return info.id


async def _image_within(tree: Tree, path: bytes) -> str:
    if tree.root is None:
        raise Missing(repr(path))
    image = image_of(await walk(tree.root, path[len(tree.mountpoint) :]))
    if not image:
        raise Invalid(f"{path!r} is no picture")
    return image
