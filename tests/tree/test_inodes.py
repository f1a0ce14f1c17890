"""Inode numbers name the thing."""

from __future__ import annotations

import gc

from support.planted import PlantedVault
from vaultfs.tree.inodes import Inodes
from vaultfs.tree.node import Symlink


def test_one_key_is_one_node_while_somebody_holds_it() -> None:
    inodes = Inodes()
    held = inodes.node(("a",), Symlink)
    assert inodes.node(("a",), Symlink) is held


def test_colliding_keys_get_numbers_of_their_own() -> None:
    inodes = Inodes(identify=lambda key: bytes(8) + repr(key).encode())
    first, second = inodes.node(("a",), Symlink), inodes.node(("b",), Symlink)
    assert first.inode != second.inode
    assert inodes.node(("b",), Symlink) is second


def test_a_node_that_nobody_holds_is_forgotten() -> None:
    inodes = Inodes()
    inodes.node(("a",), Symlink)
    gc.collect()
    assert len(inodes) == 0


def test_what_the_kernel_was_told_of_stays_until_it_forgot_it_as_often() -> None:
    inodes = Inodes()
    inode = inodes.node(("a",), Symlink).inode
    inodes.hold(inodes.node(("a",), Symlink))
    inodes.hold(inodes.node(("a",), Symlink))
    inodes.release(inode, 1)
    gc.collect()
    node = inodes.known(inode)
    assert node is not None
    assert inodes.node(("a",), Symlink) is node
    inodes.release(inode, 1)
    assert inodes.known(inode) is None
    assert inodes.node(("a",), Symlink) is node
    del node
    gc.collect()
    assert len(inodes) == 0


def test_the_key_of_a_thing_that_is_gone_gets_another_number() -> None:
    inodes = Inodes()
    gone = inodes.node(("a",), Symlink)
    inodes.hold(gone)
    inodes.retire(gone)
    assert inodes.node(("a",), Symlink).inode != gone.inode
    assert inodes.known(gone.inode) is gone


async def test_a_renamed_tag_keeps_its_inode(vault: PlantedVault) -> None:
    vault.daemon.tag("pets")
    before = (await vault.node("tags/pets")).inode
    await vault.move("tags", "pets", "tags", "animals")
    assert (await vault.node("tags/animals")).inode == before


async def test_a_picture_keeps_its_inode_when_ranks_move(vault: PlantedVault) -> None:
    later = vault.daemon.add("z.jpg", "dog")
    before = (await vault.node("search/dog/001 z.jpg")).inode
    earlier = vault.daemon.add("a.jpg", "dog")
    vault.daemon.pictures = {earlier.id: earlier, later.id: later}
    vault.clock.seconds += 2
    assert await vault.names("search/dog") == ["001 a.jpg", "002 z.jpg"]
    assert (await vault.node("search/dog/002 z.jpg")).inode == before


async def test_two_pictures_never_share_an_inode_though_they_share_a_name(vault: PlantedVault) -> None:
    vault.daemon.add("x/a.jpg", "dog")
    vault.daemon.add("y/a.jpg", "dog")
    nodes = [node for _, node in await (await vault.folder("search/dog")).open()]
    assert len({node.inode for node in nodes}) == 2
