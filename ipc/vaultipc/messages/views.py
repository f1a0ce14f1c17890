"""Folders that are neither searches nor tags: views, facets, dates, and volumes that are away."""

from __future__ import annotations

from typing import Literal, get_args

from msgspec import UNSET, Struct, UnsetType

from vaultipc.messages.shared import Hit, Params, Whole

FacetName = Literal["camera", "type", "rating", "color", "model", "lora"]
NarrowName = Literal["date", "camera", "type", "rating", "color", "model", "lora"]
NARROWING: tuple[NarrowName, ...] = get_args(NarrowName)


class ViewParams(Params, kw_only=True):
    """`offline`: of one volume, by its id, or of all that are away."""

    view: Literal["recent", "untagged", "favorites", "missing", "offline"]
    volume: str = ""


class FacetParams(Params, kw_only=True):
    """`model`, `lora`: what the generator of a picture says it was made by. Without `counts` the answer is there
    sooner."""

    facet: FacetName
    counts: bool = True


class FacetValue(Struct, kw_only=True):
    """`value`: all of it, and as the field of the facet's name takes it. `count`: how many pictures are shown
    and have it; None if that was not asked."""

    value: str
    count: int | None


class FacetValues(Struct, kw_only=True):
    """Only values that occur among what is shown, sorted."""

    facet: FacetName
    values: list[FacetValue]
    seq: int


class FacetImagesParams(Params, kw_only=True):
    """`value`: as `facet.values` tells it."""

    facet: FacetName
    value: str


class NarrowParams(Params, kw_only=True):
    """`images`: ids, as an answer has them. `value`: one that the same question without it told.

    Of `date` the values are years; with a year, its months as `2024-05`, and with a month, its images.
    """

    images: list[str]
    facet: NarrowName
    value: str = ""


class Narrowed(Struct, kw_only=True):
    """The values that occur among the images, sorted; with a value, the images that have it, in their order."""

    values: list[str]
    images: list[str]


class OfflineVolume(Struct, kw_only=True):
    """A volume that is away. `name`: the last part of where it was mounted, else what the kernel knows it by."""

    id: str
    name: str
    count: int
    name_b64: str | UnsetType = UNSET


class Offline(Struct, kw_only=True):
    volumes: list[OfflineVolume]


class DatesParams(Params, kw_only=True):
    """Finite facets of the date taken: nothing → years; a year → its months; year and month → its images."""

    year: Whole = 0
    month: Whole = 0


class Dates(Struct, kw_only=True):
    values: list[int]
    hits: list[Hit]
    seq: int
