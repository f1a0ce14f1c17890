"""Tags: a forest of names, and which images carry them by whose word.

A person's view leaves out what only a model says: its words live in the same forest under the source `auto`, and the
top name `auto` is reserved for showing them. Every function that changes something takes an `Action` and can be undone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from shlex import quote
from typing import Literal

from vaultd.catalog.actions import Action, Row
from vaultd.catalog.presence import presence
from vaultd.catalog.store import now_ms
from vaultd.domain.names import SLASH, component
from vaultipc.errors import Conflict, NotEmpty, NotFound, Refused, UserError

RESERVED = "auto"
View = Literal["user", "auto"]

# Rows of image_tags that a view shows. A constant of ours, never text from outside.
_SHOWN: dict[View, str] = {
    "user": "image_tags.state = 'active' AND image_tags.source <> 'auto'",
    "auto": "image_tags.state = 'active' AND image_tags.source = 'auto'",
}
_CHANGED_SINCE = "SELECT entity_id FROM changes WHERE entity = 'image' AND seq > :since"
_BELOW = """
WITH RECURSIVE below (id) AS (VALUES (?) UNION ALL SELECT tags.id FROM tags JOIN below ON tags.parent = below.id)
"""


def components(full_name: str) -> list[str]:
    """The names along a full name `a/b/c`. Raises UserError for one that no tag can have, Refused for `auto/…`."""
    names = [component(name) for name in full_name.split("/")]
    if names[0] == RESERVED:
        raise Refused(
            f"“{RESERVED}” is reserved for the model's tags", hint="use another name, or accept one into a tag of yours"
        )
    return names


def new_components(full_name: str) -> list[str]:
    """The names along the full name of a tag that may have to be made. Raises what `components` raises, and UserError
    for a `∕`, which in a query, and so in the name of its folder, is read as `/`: nobody could ask for such a tag."""
    names = components(full_name)
    if SLASH in full_name:
        meant = full_name.replace(SLASH, "/")
        raise UserError(
            f"the name “{full_name}” holds ∕ (U+2215), which no tag's name may: a query reads it as /",
            position=full_name.index(SLASH),
            hint=f"“{meant}” is a tag within another one, as a folder is; else use another sign, a hyphen for example",
        )
    return names


def find(sql: sqlite3.Connection, full_name: str) -> int | None:
    """The id of a tag, None if there is none of that name."""
    tag: int | None = None
    for name in full_name.split("/"):
        try:
            wanted = component(name)
        except UserError:
            return None
        tag = _child(sql, tag, wanted)
        if tag is None:
            return None
    return tag


def require(sql: sqlite3.Connection, full_name: str) -> int:
    """The id of a tag. Raises NotFound."""
    tag = find(sql, full_name)
    if tag is None:
        raise NotFound(f"there is no tag “{full_name}”", hint="`vvault tags` lists them")
    return tag


def full_name(sql: sqlite3.Connection, tag: int) -> str:
    """The names from the top down to a tag, joined by '/'. Raises NotFound."""
    names: list[str] = []
    above: int | None = tag
    while above is not None:
        row = sql.execute("SELECT name, parent FROM tags WHERE id = ?", (above,)).fetchone()
        if row is None:
            raise NotFound(f"there is no tag with id {tag}")
        names.append(row[0])
        above = row[1]
    return "/".join(reversed(names))


def subtree(sql: sqlite3.Connection, tag: int) -> list[int]:
    """A tag and everything below it."""
    return [found for (found,) in sql.execute(f"{_BELOW} SELECT id FROM below", (tag,))]


def children(sql: sqlite3.Connection, tag: int | None, view: View = "user") -> list[tuple[int, str]]:
    """The ids and names, sorted, of a tag's subtags, or of the top.

    A person sees those that were made by a person or that somebody other than a model uses, here or further below.
    """
    listed = "tags.listed OR" if view == "user" else ""
    rows = sql.execute(
        f"""
        SELECT tags.id, tags.name FROM tags WHERE tags.parent IS ? AND ({listed} EXISTS (
            WITH RECURSIVE below (id) AS (
                VALUES (tags.id) UNION ALL SELECT lower.id FROM tags AS lower JOIN below ON lower.parent = below.id)
            SELECT 1 FROM below JOIN image_tags ON image_tags.tag = below.id WHERE {_SHOWN[view]}))
        ORDER BY tags.name
        """,
        (tag,),
    )
    return rows.fetchall()


def visible(sql: sqlite3.Connection, full_name: str, view: View = "user") -> int:
    """The id of a tag that the view shows. Raises NotFound."""
    tag = require(sql, full_name)
    (parent,) = sql.execute("SELECT parent FROM tags WHERE id = ?", (tag,)).fetchone()
    if all(shown != tag for shown, _ in children(sql, parent, view)):
        lists = "`vvault tags` lists them" if view == "user" else "`vvault tags --source auto` lists the model's"
        raise NotFound(f"there is no tag “{full_name}”", hint=lists)
    return tag


def images_exactly(
    sql: sqlite3.Connection, tag: int, view: View = "user", *, after: int = 0, most: int | None = None, since: int = 0
) -> list[int]:
    """The images with this very tag, not those of its subtags, by their ids: the first `most` after one.

    `since`: only those that changed after this position of the change log, which must reach so far; 0 for all.
    """
    changed = f"AND image IN ({_CHANGED_SINCE})" if since else ""
    rows = sql.execute(
        f"SELECT DISTINCT image FROM image_tags WHERE tag = :tag AND image > :after AND {_SHOWN[view]} {changed}"
        " ORDER BY image LIMIT :most",
        {"tag": tag, "after": after, "most": -1 if most is None else most, "since": since},
    )
    return [image for (image,) in rows]


def create(action: Action, full_name: str) -> int:
    """The tag of that name, made with its parents where it is missing. Raises UserError for a name it cannot have."""
    tag: int | None = None
    for name in new_components(full_name):
        found = _child(action.tx.sql, tag, name)
        if found is None:
            tag = action.insert("tags", {"parent": tag, "name": name, "created_at": now_ms(), "listed": 1})
        else:
            action.update("tags", {"id": found}, {"listed": 1})
            tag = found
    assert tag is not None
    return tag


def apply(action: Action, tag: int, images: Iterable[int], source: str = "user") -> tuple[int, int]:
    """Gives images the tag by `source`'s word; returns how many were changed and how many had it so already."""
    changed = unchanged = 0
    for image in dict.fromkeys(images):
        key: Row = {"image": image, "tag": tag, "source": source}
        row = action.tx.sql.execute(
            "SELECT state FROM image_tags WHERE image = ? AND tag = ? AND source = ?", tuple(key.values())
        ).fetchone()
        if row is None:
            action.insert("image_tags", {**key, "state": "active", "added_at": now_ms()})
        elif row[0] == "rejected":
            action.update("image_tags", key, {"state": "active"})
        else:
            unchanged += 1
            continue
        changed += 1
    return changed, unchanged


def remove(action: Action, tag: int, images: Iterable[int], view: View = "user") -> tuple[int, int]:
    """Takes the tag off images; returns how many were changed and how many did not have it.

    The user's own word is deleted. What other sources say is not theirs to delete: it is rejected, so that it does not
    come back when the file is read again. What a model says is only rejected in its own view.
    """
    changed = unchanged = 0
    for image in dict.fromkeys(images):
        sources = action.tx.sql.execute(
            f"SELECT source FROM image_tags WHERE image = ? AND tag = ? AND {_SHOWN[view]}", (image, tag)
        ).fetchall()
        for (source,) in sources:
            key = {"image": image, "tag": tag, "source": source}
            if source == "user":
                action.delete("image_tags", key)
            else:
                action.update("image_tags", key, {"state": "rejected"})
        changed, unchanged = (changed + 1, unchanged) if sources else (changed, unchanged + 1)
    return changed, unchanged


def rename(action: Action, old: str, new: str) -> None:
    """Moves a tag with everything below it, making the parents of its new place; images keep it.

    An empty tag in the new place gives way. Raises NotFound, NotEmpty if a used one is there, Conflict if the new
    place is inside the tag itself.
    """
    sql = action.tx.sql
    tag = require(sql, old)
    *parents, name = new_components(new)
    if "/".join([*parents, name]) == full_name(sql, tag):
        return
    parent = create(action, "/".join(parents)) if parents else None
    if parent is not None and parent in subtree(sql, tag):
        raise Conflict(f"“{old}” cannot be moved into itself, to “{new}”")
    occupant = _child(sql, parent, name)
    if occupant is not None:
        _give_way(action, old, new)
        if _child(sql, parent, name) is not None:
            raise Conflict(f"the model uses the tag “{new}”", hint="choose another name")
    action.update("tags", {"id": tag}, {"parent": parent, "name": name, "listed": 1})


def _give_way(action: Action, old: str, new: str) -> None:
    try:
        delete(action, new)
    except NotEmpty as used:
        these = 'tag:="{}"'.format(old.replace("\\", "\\\\").replace('"', '\\"'))
        together = f"vvault tag {quote(new)} --query {quote(these)}"
        raise NotEmpty(
            f"{used.message}, so “{old}” cannot take its name",
            hint=f"choose another name; or give its pictures that tag as well: `{together}`",
        ) from None


def delete(action: Action, full_name: str, *, force: bool = False) -> None:
    """Deletes a tag that has neither subtags nor pictures.

    Pictures that are away hold it like others: a folder moved out and back must find its tags again. `force` takes the
    tag off all of them, as part of the action. Raises NotFound, NotEmpty.
    """
    sql = action.tx.sql
    tag = require(sql, full_name)
    if children(sql, tag):
        raise NotEmpty(f"the tag “{full_name}” has subtags", hint="delete those first")
    refuse_if_ruled(sql, tag, full_name)
    if not force:
        _refuse_if_carried(sql, tag, full_name)
    rows = sql.execute("SELECT image, source FROM image_tags WHERE tag = ? AND source <> 'auto'", (tag,)).fetchall()
    for image, source in rows:
        action.delete("image_tags", {"image": image, "tag": tag, "source": source})
    needed = "SELECT 1 FROM image_tags WHERE tag = :tag UNION ALL SELECT 1 FROM tags WHERE parent = :tag LIMIT 1"
    if sql.execute(needed, {"tag": tag}).fetchone():
        action.update("tags", {"id": tag}, {"listed": 0})
    else:
        action.delete("tags", {"id": tag})


def refuse_if_ruled(sql: sqlite3.Connection, tag: int, full_name: str) -> None:
    """Raises NotEmpty where a rule gives the tag."""
    ruled = sql.execute("SELECT min(id) FROM rules WHERE tag = ?", (tag,)).fetchone()[0]
    if ruled is not None:
        raise NotEmpty(f"rule {ruled} gives the tag “{full_name}”", hint=f"`vvault rule remove {ruled}` first")
    given = sql.execute("SELECT min(id) FROM subscriptions WHERE tag = ?", (tag,)).fetchone()[0]
    if given is not None:
        hint = f"`vvault fetch remove {given}` first"
        raise NotEmpty(f"subscription {given} gives the tag “{full_name}”", hint=hint)


def _refuse_if_carried(sql: sqlite3.Connection, tag: int, full_name: str) -> None:
    there = presence(sql, images_exactly(sql, tag))
    if there.held:
        raise NotEmpty(
            f"the tag “{full_name}” is on {there}", hint="take it off them first, or use `vvault tags delete --force`"
        )


def _child(sql: sqlite3.Connection, parent: int | None, name: str) -> int | None:
    row = sql.execute("SELECT id FROM tags WHERE coalesce(parent, 0) = ? AND name = ?", (parent or 0, name)).fetchone()
    return None if row is None else int(row[0])
