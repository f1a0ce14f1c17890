"""Tags and the images that carry them."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from vaultipc.messages.shared import ChangeParams, Hit, NonNegative, Params, PicturesParams


class TagParams(PicturesParams, kw_only=True):
    """`images`: ids or absolute paths; `query`: all it matches. The tag is made if it does not exist."""

    tag: str


class TagsChangeParams(ChangeParams, kw_only=True):
    """Gives images some tags and takes others off, as one action; all of it or nothing. `if_seq`: as of `edit`."""

    images: list[str] = []
    images_b64: list[str] = []
    add: list[str] = []
    remove: list[str] = []
    if_seq: NonNegative | None = None


class RetagParams(ChangeParams, kw_only=True):
    """Moves pictures from one tag to another as one action. `replaces`: ids that lose `to` (rename over)."""

    source: str
    target: str
    images: list[str]
    replaces: list[str] = []


class TagsParams(Params, kw_only=True):
    """`source`: empty for the user's own view (every source but auto), or one source."""

    prefix: str = ""
    source: str = ""


class TagInfo(Struct, kw_only=True):
    name: str
    count: int
    sources: dict[str, int]
    id: str


class Tags(Struct, kw_only=True):
    tags: list[TagInfo]


class TagFolderParams(Params, kw_only=True):
    """`tag`: full name with '/', empty for the top. `source`: auto for the model's tags.

    `hits`: whether images are told at all. `limit`: of so many at most, in the order of their ids; those of the next
    page come `after` the one that an answer names as `more`. `since`: the `seq` of another answer; only images that
    changed after it are told, or all where that is no longer known.
    """

    tag: str = ""
    source: Literal["user", "auto"] = "user"
    hits: bool = True
    after: str = ""
    limit: NonNegative | None = None
    since: NonNegative = 0


class Subtag(Struct, kw_only=True):
    id: str
    name: str


class TagFolder(Struct, kw_only=True):
    """A tag's subtags and the images tagged exactly with it. `id` is empty for the top.

    `more`: empty where no more images come after these; else what the next page's `after` is. `since`: 0 if images
    are told that did not change since then, too.
    """

    id: str
    subtags: list[Subtag]
    hits: list[Hit]
    seq: int
    more: str = ""
    since: int = 0


class TagNameParams(ChangeParams, kw_only=True):
    tag: str


class TagDeleteParams(TagNameParams, kw_only=True):
    """Only an empty tag is deleted; `force` first takes it off the pictures that have it."""

    force: bool = False


class TagsMergeParams(ChangeParams, kw_only=True):
    """Tags become one: pictures and subtags of `sources` go over to `into`, and the sources are gone.

    `into` is made if it does not exist. It may stand below no source, for that one is gone afterwards.
    """

    sources: Annotated[list[str], Meta(min_length=1)]
    into: str


class RenameParams(ChangeParams, kw_only=True):
    name: str
    to: str
