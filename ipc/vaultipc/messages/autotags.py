"""The tags that the model gives by itself, and what a person says of them."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from vaultipc.messages.shared import ChangeParams, Params


class AutoTagsParams(Params, kw_only=True):
    """`prefix`: only tags whose name, or group and name, starts so."""

    prefix: str = ""


class AutoTag(Struct, kw_only=True):
    """`name`: as requests that change tags name it, `auto/<group>/<term>`. `count`: pictures that have it."""

    name: str
    group: str
    term: str
    count: int
    rejected: int


class AutoTags(Struct, kw_only=True):
    """`state`: `off`, `tagging` while not every picture has its tags, `idle`, or `stopped` because of `problem`.

    `problem` may also say that the vocabulary's file has a mistake, while the words read before it are still in use.
    `tagged` of all `images` have some tag of the model's. `done` of `total` pictures have been looked at since the
    vocabulary, the model or a setting changed.
    """

    state: Literal["off", "tagging", "idle", "stopped"]
    problem: str
    model: str
    vocabulary: str
    words: int
    done: int
    total: int
    images: int
    tagged: int
    tags: list[AutoTag]


class AcceptTagParams(ChangeParams, kw_only=True):
    """`tag`: a tag of the model's, with its group or without. `to`: the user's tag they get; the same word where empty.

    Of the images, given by id, absolute path or query, only those count that the model gives the tag.
    """

    tag: str
    images: list[str] = []
    images_b64: list[str] = []
    query: str = ""
    to: str = ""


class RejectTagParams(ChangeParams, kw_only=True):
    """As for accepting. What is rejected does not come back, whatever the vocabulary and the model become."""

    tag: str
    images: list[str] = []
    images_b64: list[str] = []
    query: str = ""


class VocabularyParams(Params, kw_only=True):
    """`copy`: first make the user's own file of the words that come with the program; never over one that is there."""

    copy: bool = False


class VocabularyWord(Struct, kw_only=True):
    """A word, and the least score from which pictures get it, where it has one of its own."""

    term: str
    group: str
    threshold: float | None


class VocabularyTold(Struct, kw_only=True):
    """`path`: the file in use; `own`: where the user's file is looked for; `problem`: what is wrong with the file."""

    path: str
    own: str
    problem: str
    words: list[VocabularyWord]
