"""Tags that stand in the files themselves, as sources of their own beside the user's.

They follow from the bytes, so storing them is no action and there is nothing to undo; what the user rejected stays
rejected.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from vaultd.catalog.sourced import replace_tags
from vaultd.catalog.store import Transaction, now_ms
from vaultd.domain.content import Keywords
from vaultd.domain.names import SLASH

NAME_BYTES = 255
RESERVED = "auto"
_UNSEEN = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
"""Letters without a look. Within a word they join and part its letters, or make one emoji of several."""


def fit(name: str) -> str:
    """The keyword as a tag's name: one component, no control characters, no leading dot; '' if nothing is left.

    A slash would make a subtag of what is one keyword ("AC/DC"), so it becomes a hyphen, and so does `∕`, which is read
    as one in a query. Of letters that no name may hold a space is left.
    """
    whole = name.replace("/", "-").replace(SLASH, "-")
    clean = "".join(" " if unicodedata.category(letter) in ("Cc", "Cs") else letter for letter in whole)
    clean = unicodedata.normalize("NFC", " ".join(clean.split())).strip(_UNSEEN + " ").lstrip(".").strip()
    while len(clean.encode()) > NAME_BYTES:
        clean = clean[:-1].rstrip()
    return "" if clean == RESERVED else clean


def fit_paths(found: Keywords) -> Iterator[list[str]]:
    """The keywords as tags' names from the top down, flat ones and those below others."""
    yield from ([name] for name in map(fit, found.names) if name)
    yield from (path for path in map(fit_path, found.paths) if path)


def replace(tx: Transaction, image: int, keywords: Iterable[Keywords]) -> None:
    """Makes these the image's tags of the sources xmp and iptc."""
    wanted: dict[str, set[int]] = {"xmp": set(), "iptc": set()}
    for found in keywords:
        wanted[found.source].update(made(tx, path) for path in fit_paths(found))
    for source, tags in wanted.items():
        replace_tags(tx, image, source, tags)


def fit_path(path: Sequence[str]) -> list[str]:
    """The tag's names from the top down; none for what cannot be a tag of a person's."""
    top, *below = path
    fitting = [fit(top), *(part if part == RESERVED else fit(part) for part in below)]
    return [part for part in fitting if part] if fitting[0] else []


def made(tx: Transaction, path: Sequence[str]) -> int:
    """The tag of these names, which are fit and at least one, made where it is missing."""
    tag: int | None = None
    for name in path:
        row = tx.sql.execute("SELECT id FROM tags WHERE parent IS ? AND name = ?", (tag, name)).fetchone()
        if row is None:
            row = tx.sql.execute(
                "INSERT INTO tags (parent, name, created_at, listed) VALUES (?, ?, ?, 0) RETURNING id",
                (tag, name, now_ms()),
            ).fetchone()
            tx.changed("tag", row[0])
        tag = int(row[0])
    assert tag is not None
    return tag
