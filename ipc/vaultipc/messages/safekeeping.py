"""Backups, and what a person said of their pictures on its way out and in."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType, field

from vaultipc.messages.shared import ChangeParams, ItemError, Params


class BackupParams(Params, kw_only=True):
    """`to`: an absolute path that is not there yet, or a folder; empty: among the automatic ones, where it stays.

    `full`: also what can be computed again, vectors above all.
    """

    to: str = ""
    to_b64: str | UnsetType = UNSET
    full: bool = False


class ExportParams(Params, kw_only=True):
    """`to`: the absolute path of a folder that is not there yet, or is empty.

    `subscriptions`: also what is fetched from where; an address may hold a key.
    """

    to: str = ""
    to_b64: str | UnsetType = UNSET
    subscriptions: bool = True


class RestoreParams(ChangeParams, kw_only=True):
    """`from`: the absolute path of what `export` made. It is added to what is there, as one action."""

    source: str = field(name="from", default="")
    source_b64: str | UnsetType = field(name="from_b64", default=UNSET)


class Kept(Struct, kw_only=True):
    """What was written: `bytes` of all of it, how many `images`, and how many `tags` of the user's own, it tells
    of, the digest in hex."""

    path: str
    path_b64: str | UnsetType = UNSET
    bytes: int
    images: int
    tags: int
    sha256: str


class TakenIn(Kept, kw_only=True):
    """What was read; `changed`: how much is new; `errors`: what could not be taken in."""

    action: str | None
    changed: int
    errors: list[ItemError]
