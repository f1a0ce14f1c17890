"""Watched folders, rescans, and files that failed."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from vaultipc.messages.shared import Params, RootInfo


class FoldersParams(Params, kw_only=True):
    """Absolute folders; `paths_b64` for those that are not UTF-8."""

    paths: list[str] = []
    paths_b64: list[str] = []


class RemoveParams(Params, kw_only=True):
    """A watched folder by its path, or by `root`, its id.

    `forget` also drops what was known of its pictures; without it tags and vectors are kept.
    """

    path: str = ""
    path_b64: str | UnsetType = UNSET
    root: str = ""
    forget: bool = False


class Roots(Struct, kw_only=True):
    roots: list[RootInfo]


class RescanParams(Params, kw_only=True):
    """A folder at or below a root, or nothing for all of them."""

    path: str = ""
    path_b64: str | UnsetType = UNSET
    wait: bool = False


class Rescanned(Struct, kw_only=True):
    seen: int
    added: int
    moved: int
    changed: int
    missing: int
    failed: int


class FailedParams(Params, kw_only=True):
    """`private`: also those that are private, which are not named otherwise."""

    retry: bool = False
    private: bool = False


class FailedFile(Struct, kw_only=True):
    """A file that could not be read, with what a listing shows of it. `blocks`: of 512 bytes."""

    path: str
    reason: str
    kind: str
    time: str
    attempts: int
    file: str
    name: str
    size: int
    mtime_ns: int
    blocks: int = 0
    mode: int = 0o600
    uid: int = 0
    gid: int = 0
    path_b64: str | UnsetType = UNSET
    name_b64: str | UnsetType = UNSET


class Failed(Struct, kw_only=True):
    """`hidden`: how many more there are that are private."""

    files: list[FailedFile]
    hidden: int = 0
