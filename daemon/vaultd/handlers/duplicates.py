"""Pictures that are there more than once: what they are, and making one of several."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
import trio

from vaultd.catalog import lookup, merged, views
from vaultd.catalog.actions import recorded
from vaultd.catalog.copies import copies_of
from vaultd.duplicates import best as bests
from vaultd.duplicates.similar import Seen
from vaultd.handlers import references
from vaultd.handlers.images import image_id
from vaultd.handlers.vault import Vault
from vaultipc.errors import NotFound, UserError
from vaultipc.messages import (
    DuplicateGroup,
    DuplicateLevel,
    Duplicates,
    DuplicatesParams,
    FilePlace,
    ImageDuplicatesParams,
    Merged,
    MergeParams,
)

T = TypeVar("T")
LASTS_S = 60.0
"""All are grouped anew where much changed: while folders are read, that is always, and takes seconds."""


async def duplicates(vault: Vault, params: DuplicatesParams) -> Duplicates:
    """What is there more than once: files of one content, or contents that are one picture, each shown by one file.

    Of a content the best file is the one that listings show, of a picture the best copy is.
    """
    only = image_id(params.image) if params.image else None
    contents = await _contents(vault, params.level)
    if only is not None:
        contents = [group for group in contents if only in group]
    return Duplicates(groups=await _told(vault, params.level, contents))


async def of_image(vault: Vault, params: ImageDuplicatesParams) -> Duplicates:
    """The groups that one picture is in, one of each level at most; those of copies as of a minute ago at most."""
    image = references.one(vault, params.image, params.image_b64)
    exact = await _read(vault, lambda sql: [[one] for one in views.with_several_files(sql, image)])
    lately = vault.same.told_within(LASTS_S)
    found = {"exact": exact, "same": await _contents(vault, "same") if lately is None else lately}
    if params.similar:
        found["similar"] = await _contents(vault, "similar")
    told = [await _told(vault, level, [one for one in groups if image in one]) for level, groups in found.items()]
    return Duplicates(groups=[group for groups in told for group in groups])


async def merge(vault: Vault, params: MergeParams) -> Merged:
    """Puts what was said of copies onto the best of them, and marks the others. Files stay where they are."""
    images, errors = references.several(vault, params.images, params.images_b64)
    if not images:
        raise UserError("no copies are named" if not errors else errors[0].message, hint="give ids or paths")
    if len(images) == 1 and not params.best:
        images = await _group_of(vault, images[0])
    best = references.one(vault, params.best) if params.best else None
    with vault.catalog.write() as tx:
        images = _best_first(tx.sql, images, best)
        if len(images) < 2:
            raise UserError("that is one picture only", hint="name its copies, too")
        others, paths = images[1:], lookup.places(tx.sql, images)
        topics = set(tx.topics)
        tx.sql.execute("SAVEPOINT merge")
        summary = f"merge {len(others)} {'copies' if len(others) > 1 else 'copy'} into image {images[0]}"
        with recorded(tx, "merge", summary, params.origin, params.group, params.within_s) as action:
            gains = merged.merge(action, images[0], others)
        if params.dry_run:
            tx.sql.execute("ROLLBACK TO merge")
            tx.topics.intersection_update(topics)
        tx.sql.execute("RELEASE merge")
    changed = len(others) if action.id else 0
    return Merged(
        action=None if params.dry_run else action.id, changed=changed, unchanged=len(others) - changed, errors=errors,
        image=str(images[0]), best=next((file.path for file in paths.get(images[0], [])), ""),
        copies=[str(image) for image in others], gains=gains,
        others=[paths[image][0] for image in others if image in paths],
    )  # fmt: skip


async def _contents(vault: Vault, level: DuplicateLevel) -> list[list[int]]:
    """The groups of images that a level takes together; of the same bytes, groups of one image each."""
    if level == "exact":
        several = await _read(vault, views.with_several_files)
        return [[image] for image in several]
    async with vault.grouping:
        same = await _read(vault, vault.same.groups)
    if level == "same":
        return same
    async with vault.likening:  # takes longer, and whoever asks for copies need not wait for it
        return await _read(vault, lambda sql: vault.similar.groups(sql, _seen(vault), same))


async def _told(vault: Vault, level: str, contents: list[list[int]]) -> list[DuplicateGroup]:
    """The groups of several files that are there now."""

    def read(sql: sqlite3.Connection) -> list[DuplicateGroup]:
        images = [image for group in contents for image in group]
        places, marked = lookup.places(sql, images), merged.marked(sql, images)
        return [_group(level, group, places, marked) for group in contents]

    return [group for group in await _read(vault, read) if len(group.members) > 1]


async def _read(vault: Vault, work: Callable[[sqlite3.Connection], T]) -> T:
    def run() -> T:
        with vault.catalog.read() as sql:
            return work(sql)

    return await trio.to_thread.run_sync(run)


def _seen(vault: Vault) -> Seen:
    """How the model that answers sees the library. Its position is read before its index, which only goes further."""
    followers = vault.followers
    seq = followers.vector_seq
    return Seen(vault.models.active.model, followers.vectors, seq, vault.pack.background)


async def _group_of(vault: Vault, image: int) -> list[int]:
    """The group of the same picture. Raises NotFound."""
    for group in await _contents(vault, "same"):
        if image in group:
            return group
    raise NotFound(
        f"image {image} is in no group of the same picture",
        hint="`vvault duplicates --level same` lists them; or name all copies yourself",
    )


def _best_first(sql: sqlite3.Connection, images: Sequence[int], best: int | None) -> list[int]:
    """The images in the order of how good they are; those that cannot be opened now come last."""
    found = copies_of(sql, np.array(images, np.int64))
    ordered = found.images[bests.order(bests.ranks(found))].tolist()
    there = {image for image, files in lookup.places(sql, ordered).items() if files[0].state == "online"}
    first = ordered if best is None else [best, *ordered]
    return sorted(dict.fromkeys(first), key=lambda image: (image != best, image not in there))


def _group(level: str, images: list[int], places: dict[int, list[FilePlace]], marked: set[int]) -> DuplicateGroup:
    """All files of one content, or the file of each of several that listings show."""
    most = 1 if len(images) > 1 else None
    files = [(image, [file for file in places.get(image, []) if file.state == "online"][:most]) for image in images]
    members = [file for _, held in files for file in held]
    return DuplicateGroup(
        level=level,
        best=members[0].path if members else "",
        members=members,
        image=str(images[0]),
        images=[str(image) for image, held in files for _ in held],
        marked=[str(image) for image in images if image in marked],
    )


HANDLERS = {"duplicates": duplicates, "image.duplicates": of_image, "duplicates.merge": merge}
