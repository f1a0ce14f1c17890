"""What the text index holds of an image, read from the catalog.

Tags are held by their ids, so that renaming one changes no document; what a tag is called is looked up when asked.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field

KINDS = ("title", "description", "caption", "prompt", "negative", "ocr", "comment")
"""Kinds of text, each a field of its own. `negative`, what a generator was told to avoid, is not searched by words."""

UNSEARCHED = frozenset({"label", "page", "audience"})
"""Kinds that say nothing of a picture: a photo program's red label is no red in it, nor an address what it shows."""


@dataclass
class Document:
    """The words of one image: file names without extension, folders below the root, texts by kind, tags by id.

    `said`: those texts, whatever their kind, that the user wrote.
    """

    image: int
    names: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    tags: list[int] = field(default_factory=list)
    texts: dict[str, list[str]] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)


def documents(sql: sqlite3.Connection, images: Iterable[int]) -> list[Document]:
    """The documents of those of these images that exist. The model's own tags are left out: meaning knows them."""
    wanted = json.dumps([int(image) for image in images])
    found = {
        image: Document(image)
        for (image,) in sql.execute(
            "SELECT images.id FROM json_each(?) AS wanted CROSS JOIN images ON images.id = wanted.value", (wanted,)
        )
    }
    _read_places(sql, wanted, found)
    for image, tag in sql.execute(
        "SELECT DISTINCT image_tags.image, image_tags.tag FROM json_each(?) AS wanted"
        " CROSS JOIN image_tags ON image_tags.image = wanted.value"
        " WHERE image_tags.state = 'active' AND image_tags.source <> 'auto'",
        (wanted,),
    ):
        found[image].tags.append(tag)
    for image, kind, source, text in sql.execute(
        "SELECT texts.image, texts.kind, texts.source, texts.text FROM json_each(?) AS wanted"
        " CROSS JOIN texts ON texts.image = wanted.value",
        (wanted,),
    ):
        if kind in UNSEARCHED:
            continue
        found[image].texts.setdefault(kind if kind in KINDS else "description", []).append(text)
        if source == "user":
            found[image].said.append(text)
    return list(found.values())


def _read_places(sql: sqlite3.Connection, wanted: str, found: dict[int, Document]) -> None:
    """Names and folders of the files that are there; a folder is named from below the root that is watched."""
    rows = sql.execute(
        "SELECT files.image, files.path, roots.path FROM json_each(?) AS wanted"
        " CROSS JOIN files ON files.image = wanted.value JOIN roots ON roots.id = files.root"
        " WHERE files.state = 'present' AND roots.removed_at IS NULL",
        (wanted,),
    )
    for image, path, root in rows:
        below = path[len(root) :] if path.startswith(root) else path
        *folders, name = below.decode("utf-8", "replace").strip("/").split("/")
        found[image].names.append(name.rpartition(".")[0] or name)
        if folders:
            found[image].folders.append(" / ".join(folders))
