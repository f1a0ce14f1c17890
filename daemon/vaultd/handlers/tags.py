"""Tags, told and changed. A name `auto/…` means one of the model's own."""

from __future__ import annotations

import sqlite3

import trio

from vaultd.catalog import changes, lookup, privacy, tag_counts, tag_merging, tags
from vaultd.catalog.store import position
from vaultd.handlers import references
from vaultd.handlers.gesture import gesture, many, one, refuse_stale
from vaultd.handlers.images import image_id
from vaultd.handlers.vault import Vault
from vaultipc.messages import (
    ActionResult,
    RenameParams,
    RetagParams,
    Subtag,
    TagDeleteParams,
    TagFolder,
    TagFolderParams,
    TagNameParams,
    TagParams,
    Tags,
    TagsChangeParams,
    TagsMergeParams,
    TagsParams,
)


async def tag(vault: Vault, params: TagParams) -> ActionResult:
    """Gives images a tag, making it if there is none of that name. Without an image, none is made."""
    name = "/".join(tags.components(params.tag))
    images, errors = await references.meant(vault, params.images, params.images_b64, params.query)
    with gesture(vault, "tag", f"tag with {name}", params) as action:
        counts = tags.apply(action, tags.create(action, name), images) if images else (0, 0)
    return many(action, counts, errors)


async def untag(vault: Vault, params: TagParams) -> ActionResult:
    """Takes a tag off images; from `auto/…` it rejects what the model says. A tag that no list shows is unknown."""
    images, errors = await references.meant(vault, params.images, params.images_b64, params.query)
    with gesture(vault, "untag", f"untag {params.tag}", params) as action:
        view = _view_of(params.tag)
        counts = tags.remove(action, tags.visible(action.tx.sql, params.tag, view), images, view)
    return many(action, counts, errors)


async def retag(vault: Vault, params: RetagParams) -> ActionResult:
    """Moves images from one tag to another. Moving out of `auto/…` accepts what the model says, which stays said."""
    target = "/".join(tags.components(params.target))
    images, errors = references.several(vault, params.images, [])
    replaced, _ = references.several(vault, params.replaces, [])
    with gesture(vault, "tag", f"move from {params.source} to {target}", params) as action:
        origin, tag = tags.require(action.tx.sql, params.source), tags.create(action, target)
        tags.remove(action, tag, [image for image in replaced if image not in images])
        counts = tags.apply(action, tag, images)
        if _view_of(params.source) == "user" and origin != tag:
            counts = tags.remove(action, origin, images)
    return many(action, counts, errors)


async def change(vault: Vault, params: TagsChangeParams) -> ActionResult:
    """Gives images some tags and takes others off. A tag to be taken off that there is not is on no image."""
    add = ["/".join(tags.components(name)) for name in params.add]
    images, errors = references.several(vault, params.images, params.images_b64)
    with gesture(vault, "tag", _summary(add, params.remove), params) as action:
        refuse_stale(action, images, params.if_seq)
        gone = [tag for name in params.remove if (tag := tags.find(action.tx.sql, name)) is not None]
        counts = [tags.remove(action, tag, images) for tag in gone]
        counts += [tags.apply(action, tags.create(action, name), images) for name in add if images]
    changed, unchanged = (sum(column) for column in zip((0, 0), *counts, strict=True))
    return many(action, (changed, unchanged), errors)


def _summary(add: list[str], remove: list[str]) -> str:
    said = [f"{verb} {', '.join(names)}" for verb, names in (("tag with", add), ("untag", remove)) if names]
    return " and ".join(said) or "tag"


async def listing(vault: Vault, params: TagsParams) -> Tags:
    """Every tag with its counts."""

    def read() -> Tags:
        with vault.catalog.read() as sql:
            return Tags(tags=tag_counts.listing(sql, params.prefix, params.source))

    return await trio.to_thread.run_sync(read)


async def folder(vault: Vault, params: TagFolderParams) -> TagFolder:
    """What stands in a tag's folder: its subtags, and the pictures with this very tag."""

    def read() -> TagFolder:
        with vault.catalog.read() as sql:
            return _folder(sql, params)

    return await trio.to_thread.run_sync(read)


async def create(vault: Vault, params: TagNameParams) -> ActionResult:
    """Makes an empty tag and its parents; one that exists is left as it is."""
    name = "/".join(tags.components(params.tag))
    with gesture(vault, "tag-create", f"new tag {name}", params) as action:
        tags.create(action, name)
    return one(action)


async def rename(vault: Vault, params: RenameParams) -> ActionResult:
    """Renames or moves a tag with everything below it."""
    with gesture(vault, "tag-rename", f"rename tag {params.name} to {params.to}", params) as action:
        tags.rename(action, "/".join(tags.components(params.name)), params.to)
    return one(action)


async def merge(vault: Vault, params: TagsMergeParams) -> ActionResult:
    """Makes several tags one. Counts the pictures that got it, and those that had it already."""
    into = "/".join(tags.components(params.into))
    sources = list(dict.fromkeys("/".join(tags.components(name)) for name in params.sources))
    with gesture(vault, "tag-merge", f"merge tags {', '.join(sources)} into {into}", params) as action:
        counts = tag_merging.merge(action, sources, into)
    return many(action, counts, [])


async def delete(vault: Vault, params: TagDeleteParams) -> ActionResult:
    """Deletes an empty tag, or with `force` any that has no subtags."""
    with gesture(vault, "tag-delete", f"delete tag {params.tag}", params) as action:
        tags.delete(action, "/".join(tags.components(params.tag)), force=params.force)
    return one(action)


def _view_of(name: str) -> tags.View:
    """The view that a tag stands in: the model's words are those below the reserved one."""
    return "auto" if name.partition("/")[0] == tags.RESERVED else "user"


def _folder(sql: sqlite3.Connection, params: TagFolderParams) -> TagFolder:
    name = f"{tags.RESERVED}/{params.tag}".rstrip("/") if params.source == "auto" else params.tag
    if name == tags.RESERVED:
        tag = tags.find(sql, name)  # there is none before the model has tagged anything
        subtags = [] if tag is None else tags.children(sql, tag, params.source)
    else:
        tag = tags.visible(sql, name, params.source) if name else None
        subtags = tags.children(sql, tag, params.source)
    after, images = image_id(params.after) if params.after else 0, []
    since = params.since if params.source == "user" and changes.only_images(sql, params.since) else 0
    if tag is not None and params.hits:
        images = tags.images_exactly(sql, tag, params.source, after=after, most=params.limit, since=since)
    return TagFolder(
        id="" if tag is None else str(tag),
        subtags=[Subtag(id=str(child), name=word) for child, word in subtags],
        hits=lookup.hits(sql, privacy.shown(sql, images)),
        seq=position(sql),
        more=str(images[-1]) if images and len(images) == params.limit else "",
        since=since,
    )


HANDLERS = {
    "tag": tag,
    "untag": untag,
    "tags.change": change,
    "retag": retag,
    "tags": listing,
    "tags.folder": folder,
    "tags.create": create,
    "tags.rename": rename,
    "tags.delete": delete,
    "tags.merge": merge,
}
