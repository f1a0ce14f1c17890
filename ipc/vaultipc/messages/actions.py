"""What users did, and undoing it."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from vaultipc.messages.shared import ChangeParams, NonNegative, Params, Whole


class UndoParams(ChangeParams, kw_only=True):
    """Undoes the newest `count` actions not yet undone, or the one named.

    The last action of the same `origin` and `group` is taken back within itself: the gesture stays one action.
    """

    count: Whole = 1
    action: str = ""
    dry_run: bool = False


class LogParams(Params, kw_only=True):
    """`image`: id or absolute path; only what was done to that picture, and to those it was edited from."""

    limit: NonNegative = 50
    image: str = ""
    image_b64: str | UnsetType = UNSET


class ActionInfo(Struct, kw_only=True):
    """`images`: some of the pictures that it changed, for showing; `count` tells how many there are."""

    id: str
    time: str
    kind: str
    summary: str
    count: int
    undone: bool
    skipped: list[str] = []
    images: list[str] = []


class Actions(Struct, kw_only=True):
    actions: list[ActionInfo]
