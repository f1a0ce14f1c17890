"""What a request means by an image: an id, or the absolute path of one of its files.

The id of a picture that was edited in place since means the edited one: a client may have been told of it before.
"""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING

import msgspec

from vaultd.catalog import files, images, lookup
from vaultd.domain import naming
from vaultipc.codec import exact
from vaultipc.errors import NotFound, UserError
from vaultipc.messages import ItemError

if TYPE_CHECKING:
    from vaultd.handlers.vault import Vault


def one(vault: Vault, image: str, image_b64: str | msgspec.UnsetType = msgspec.UNSET) -> int:
    """The id of the image meant. Raises NotFound with a sentence that names the reference."""
    reference = image if isinstance(image_b64, msgspec.UnsetType) else exact("", image_b64)
    with vault.catalog.read() as sql:
        return _resolve(sql, reference)


async def meant(
    vault: Vault, images: list[str], images_b64: list[str], query: str
) -> tuple[list[int], list[ItemError]]:
    """The images that a request names, by id, by path or by a query. Raises UserError if it names none."""
    if not (images or images_b64 or query):
        raise UserError("no image is named", hint="give image ids, paths, or a query")
    found, errors = several(vault, images, images_b64)
    if query:
        found += await vault.engine.ids_matching(query)
    return list(dict.fromkeys(found)), errors


def several(vault: Vault, images: list[str], images_b64: list[str]) -> tuple[list[int], list[ItemError]]:
    """The ids meant, each once and in order, and an error for each reference that means no image."""
    ids: dict[int, None] = {}
    errors: list[ItemError] = []
    with vault.catalog.read() as sql:
        references: list[str | bytes] = [*images, *(exact("", encoded) for encoded in images_b64)]
        for reference in references:
            try:
                ids[_resolve(sql, reference)] = None
            except NotFound as error:
                errors.append(ItemError(item=_display(reference), message=error.message))
    return list(ids), errors


def away(sql: sqlite3.Connection, images: list[int]) -> list[ItemError]:
    """An error for each of these images whose files are all on drives that are away, for who wants to write to them."""
    found = lookup.hits(sql, images, states=frozenset({"offline"}))
    return [ItemError(item=hit.path, message="its drive is not connected") for hit in found]


def _resolve(sql: sqlite3.Connection, reference: str | bytes) -> int:
    if isinstance(reference, str) and reference.isascii() and reference.isdecimal():
        row = sql.execute("SELECT id FROM images WHERE id = ?", (min(int(reference), 2**63 - 1),)).fetchone()
        if row is None:
            raise NotFound(f"there is no image with id {reference}")
        return images.shown_now(sql, row[0])
    naming.check_path_allowed()
    path = os.fsencode(reference)
    if not path.startswith(b"/"):
        raise NotFound(
            f"“{_display(reference)}” is neither an image id nor an absolute path",
            hint="give the id that a search shows, or the full path of a picture",
        )
    image = files.image_at(sql, os.path.normpath(path))
    if image is None:
        raise NotFound(
            f"{_display(reference)} is not a picture of the library",
            hint="add its folder with `vvault add`, or wait until it was read",
        )
    return image


def _display(reference: str | bytes) -> str:
    return reference if isinstance(reference, str) else reference.decode("utf-8", "replace")
