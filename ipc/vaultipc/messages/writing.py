"""Writing what the user says of pictures to sidecars beside them, on request."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from vaultipc.messages.shared import ItemError, PicturesParams


class WriteMetadataParams(PicturesParams, kw_only=True):
    """What would be written, and with `write` also writes it. `take_back`: puts back what stood there before the vault
    wrote, and removes sidecars that only ever held the user's words.

    `images`: ids or absolute paths; `query`: all it matches.
    """

    write: bool = False
    take_back: bool = False


class SidecarWritten(Struct, kw_only=True):
    """What is done to the sidecar of one file. `tags_added`, `tags_removed`: full names. Texts and stars are null where
    they stay; '' and 0 where they go."""

    path: str
    sidecar: str
    does: Literal["make", "change", "remove"]
    tags_added: list[str] = []
    tags_removed: list[str] = []
    title: str | None = None
    description: str | None = None
    rating: int | None = None
    path_b64: str | UnsetType = UNSET
    sidecar_b64: str | UnsetType = UNSET


class WrittenMetadata(Struct, kw_only=True):
    """`files`: those whose sidecar is to be, or was, another. `written`: how many were. `unchanged`: files that say it
    all already, or of which the user says nothing."""

    files: list[SidecarWritten]
    written: int
    unchanged: int
    errors: list[ItemError]
