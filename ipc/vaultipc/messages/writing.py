"""Writing what the user says of pictures to sidecars beside them, on request."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from vaultipc.messages.shared import ItemError, PicturesParams


class WriteMetadataParams(PicturesParams, kw_only=True):
    """What would be written, and with `write` also writes it. `take_back`: puts back what stood there before the vault
    wrote, and removes sidecars that only ever held the user's words.

    `into`: sidecars beside the pictures, or the pictures' own files, where the setting `library.write_files` allows it;
    then it is an action that `undo` takes back bit for bit.

    `images`: ids or absolute paths; `query`: all it matches.
    """

    write: bool = False
    take_back: bool = False
    into: Literal["sidecars", "files"] = "sidecars"


class SidecarWritten(Struct, kw_only=True):
    """What is done to the sidecar of one file, or, where `sidecar` is '', to the file itself.

    `tags_added`, `tags_removed`: full names. Texts and stars are null where they stay; '' and 0 where they go.
    """

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
    """`files`: those whose sidecar, or which themselves, are to be, or were, others. `written`: how many were.
    `unchanged`: files that say it all already, or of which the user says nothing. `action`: what undo takes back, null
    where no picture's file was written. `kept`: bytes that were put aside for that."""

    files: list[SidecarWritten]
    written: int
    unchanged: int
    errors: list[ItemError]
    action: str | None = None
    kept: int = 0
