"""What a person wants to be changed of images, and the steps on the socket that it takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from vaultipc.messages import Level
from vaultweb.wanted import Ids, Wanted

Text = Annotated[str, Meta(max_length=100_000)]
Word = Annotated[str, Meta(min_length=1, max_length=1000)]
Stars = Annotated[int, Meta(ge=0, le=5)]
TEXTS = ("title", "description", "caption", "prompt", "negative")


class TagsWanted(Wanted, kw_only=True):
    """Tags to give and to take off. One that is not there is made; `auto/…` is one of the model's own, to reject."""

    add: list[Word] = []
    remove: list[Word] = []


class ImageChange(Wanted, kw_only=True):
    """What is not given stays as it is; an empty text is taken away. `rating` 0 takes the user's own away."""

    tags: TagsWanted | UnsetType = UNSET
    title: Text | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    caption: Text | UnsetType = UNSET
    prompt: Text | UnsetType = UNSET
    negative: Text | UnsetType = UNSET
    favourite: bool | UnsetType = UNSET
    rating: Stars | UnsetType = UNSET


class AlbumWanted(Wanted, kw_only=True):
    """The album to put images into, which is made if it is not there, or to take them out of."""

    add: Word | UnsetType = UNSET
    remove: Word | UnsetType = UNSET


class VerdictWanted(Wanted, kw_only=True):
    """The query whose results the images shall not be among, or come first in. `remove`: that is said no longer."""

    query: Word
    remove: bool = False


class BatchChange(ImageChange, kw_only=True):
    """For images by `ids`, or for all that a `query` matches. `accept`, `reject`: tags that the model gave them."""

    ids: Ids | UnsetType = UNSET
    query: str | UnsetType = UNSET
    level: Level = "default"
    album: AlbumWanted | UnsetType = UNSET
    hide: VerdictWanted | UnsetType = UNSET
    prefer: VerdictWanted | UnsetType = UNSET
    accept: list[Word] = []
    reject: list[Word] = []


Step = tuple[str, dict[str, Any]]


def steps(wanted: ImageChange, images: list[str]) -> Iterator[Step]:
    """Methods of the socket and their parameters, in the order in which they are to be asked."""
    if isinstance(wanted.tags, TagsWanted) and (wanted.tags.add or wanted.tags.remove):
        yield "tags.change", {"images": images, "add": wanted.tags.add, "remove": wanted.tags.remove}
    texts = {name: text for name in TEXTS if (text := getattr(wanted, name)) is not UNSET}
    if texts:
        yield "edit", {"images": images, **texts}
    if wanted.favourite is not UNSET:
        yield "fav", {"images": images, "remove": not wanted.favourite}
    if wanted.rating is not UNSET:
        yield "rate", {"images": images, "rating": wanted.rating}
    if isinstance(wanted, BatchChange):
        yield from _of_a_batch(wanted, images)


def _of_a_batch(wanted: BatchChange, images: list[str]) -> Iterator[Step]:
    if isinstance(wanted.album, AlbumWanted):
        if wanted.album.add is not UNSET:
            yield "album.add", {"images": images, "name": wanted.album.add}
        if wanted.album.remove is not UNSET:
            yield "album.remove", {"images": images, "name": wanted.album.remove}
    for verdict, said in (("hide", wanted.hide), ("prefer", wanted.prefer)):
        if isinstance(said, VerdictWanted):
            yield verdict, {"images": images, "query": said.query, "remove": said.remove}
    for tag in wanted.accept:
        yield "autotags.accept", {"images": images, "tag": tag}
    for tag in wanted.reject:
        yield "autotags.reject", {"images": images, "tag": tag}
