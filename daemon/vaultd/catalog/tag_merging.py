"""Tags become one: what carried the others carries the one that stays, and what stood below them stands below it."""

from __future__ import annotations

from collections.abc import Sequence

from vaultd.catalog import tags
from vaultd.catalog.actions import Action
from vaultipc.errors import Conflict


def merge(action: Action, sources: Sequence[str], into: str) -> tuple[int, int]:
    """Gives the pictures of each source, by full names, the tag `into` as the user's; the sources are gone.

    Subtags go along, and merge with those of the same name. Returns how often a picture got a tag, and how often it had
    it. Raises NotFound, Conflict where `into` is below a source, NotEmpty where a rule gives one, and what
    `tags.create` raises.
    """
    sql = action.tx.sql
    stays = tags.find(sql, into)
    leaving = [name for name in sources if tags.visible(sql, name) != stays]
    for name in leaving:
        if into.startswith(f"{name}/"):
            raise Conflict(f"“{into}” is below “{name}”", hint="merge into a tag outside it")
    deepest_first = sorted(leaving, key=lambda name: -name.count("/"))
    counts = [_pour(action, name, into) for name in deepest_first]
    changed, unchanged = (sum(column) for column in zip((0, 0), *counts, strict=True))
    return changed, unchanged


def _pour(action: Action, source: str, into: str) -> tuple[int, int]:
    """One tag with all below it, the lower ones first: only a tag without subtags can go."""
    sql = action.tx.sql
    target, tag = tags.create(action, into), tags.require(sql, source)
    counts = [_pour(action, f"{source}/{name}", f"{into}/{name}") for _, name in tags.children(sql, tag)]
    images = tags.images_exactly(sql, tag)
    counts.append(tags.apply(action, target, images))
    tags.remove(action, tag, images)
    _dissolve(action, tag, source)
    changed, unchanged = (sum(column) for column in zip(*counts, strict=True))
    return changed, unchanged


def _dissolve(action: Action, tag: int, name: str) -> None:
    """What files say of the tag was rejected, which must be remembered, lest it come back when they are read again."""
    sql = action.tx.sql
    tags.refuse_if_ruled(sql, tag, name)
    if sql.execute("SELECT 1 FROM image_tags WHERE tag = ? AND source <> 'auto' LIMIT 1", (tag,)).fetchone():
        action.update("tags", {"id": tag}, {"listed": 0})
    else:
        tags.delete(action, name)
