"""Pictures that are there more than once: their groups, merging copies, and moving what is superfluous to the trash."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from vaultipc.messages.images import FilePlace
from vaultipc.messages.shared import ActionResult, ChangeParams, Params

DuplicateLevel = Literal["exact", "same", "similar"]


class DuplicatesParams(Params, kw_only=True):
    """exact: several files of the same bytes. same: the same picture, resized, encoded again or lightly edited.
    similar: pictures that show the like, as a burst does: no duplicates.

    `image`: only the group that this one is in.
    """

    level: DuplicateLevel = "exact"
    image: str = ""


class DuplicateGroup(Struct, kw_only=True):
    """`members`: files that are there now, the best first. `image`: the content that all hold, or that the best holds.

    `images`: the content of each member. `marked`: those of them that were merged into a better copy.
    """

    level: str
    best: str
    members: list[FilePlace]
    image: str = ""
    images: list[str] = []
    marked: list[str] = []


class Duplicates(Struct, kw_only=True):
    groups: list[DuplicateGroup]


class MergeParams(ChangeParams, kw_only=True):
    """`images`: ids or absolute paths of copies of one picture; of one alone, the group that it is in at level same.

    `best`: the one that the others are merged into, if it is not the best of them. With `dry_run` it is only told.
    """

    images: list[str] = []
    images_b64: list[str] = []
    best: str = ""
    dry_run: bool = False


class Merged(ActionResult, kw_only=True):
    """`image`: the best, and `best` its path; `copies`: the others, and `others` the file of each that a listing shows,
    but of those that have none. `gains`: what the best got from them."""

    image: str
    best: str
    copies: list[str]
    gains: list[str]
    others: list[FilePlace] = []


class TrashParams(ChangeParams, kw_only=True):
    """`images`: ids or absolute paths. Of each, the other files of its bytes (level exact) and the files of its copies
    that were merged into it (level same) go to the desktop's trash; without a level both. `undo` brings them back.

    Without `yes` it is only told, and nothing moves.
    """

    images: list[str] = []
    images_b64: list[str] = []
    level: Literal["exact", "same", ""] = ""
    yes: bool = False


class Trashed(ActionResult, kw_only=True):
    """`moved`: files that went to the trash, or would; `kept`: the one file that stays for each picture that was named.

    `bytes`: of all that were moved.
    """

    moved: list[FilePlace]
    kept: list[FilePlace]
    bytes: int
