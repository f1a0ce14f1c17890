"""What a gallery of all pictures is drawn from: columns of an answer, months, previews, tiny pictures to begin with."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from vaultipc.messages.shared import Hit, Level, NonNegative, Params

MOST_IN_LAYOUT = 50_000
MOST_IN_PAGE = 1_000
MOST_PLACEHOLDERS = 1_000

PreviewSize = Literal[256, 512, 1024]
PreviewFormat = Literal["webp", "avif", "jpeg"]


class LayoutParams(Params, kw_only=True):
    """Columns of what a query matches; of every picture that is shown, newest first, where it is empty.

    `sort` as in a query. `snapshot` continues an answer: send the one that the first page told.
    """

    query: str = ""
    level: Level = "default"
    sort: str = ""
    snapshot: str = ""
    offset: NonNegative = 0
    limit: Annotated[int, Meta(ge=0, le=MOST_IN_LAYOUT)] = MOST_IN_LAYOUT


class Layout(Struct, kw_only=True):
    """One page of an answer as columns of the same length, in its order: enough to lay all of it out before any picture
    is there.

    `widths`, `heights`: pixels as they are shown, turned as EXIF asks. `days`: since 1970, of the date taken, null
    where nothing tells it. `colours`: what the picture is mostly like, as 0xRRGGBB. `contents`: as in a hit. `total`
    counts the whole answer. `away`: the places in this page, from 0, of those on drives that are away.
    """

    query: str
    canonical: str
    seq: int
    snapshot: str
    total: int
    ids: list[str]
    widths: list[int]
    heights: list[int]
    days: list[int | None]
    colours: list[int]
    contents: list[str]
    notes: list[str] = []
    away: list[int] = []


class ImagesParams(Params, kw_only=True):
    """Pictures page by page. `cursor`: '' for the first page, then `next` of the page before.

    A page begins behind the last picture of the one before, by what the order goes by: what comes or goes meanwhile
    neither repeats nor skips another one. `query` empty: every picture that is shown. `sort`: date (newest
    first), added, size, each with `-` for the other way round.
    """

    cursor: str = ""
    limit: Annotated[int, Meta(ge=1, le=MOST_IN_PAGE)] = 200
    query: str = ""
    level: Level = "default"
    sort: Literal["", "date", "-date", "added", "-added", "size", "-size"] = ""


class Images(Struct, kw_only=True):
    """`next` is null behind the last picture; `total` counts all pages."""

    images: list[Hit]
    next: str | None
    total: int
    seq: int


class TimelineParams(Params, kw_only=True):
    """As of `layout`, whose pictures are counted: which of several that are nearly the same is shown depends on the
    order, too."""

    query: str = ""
    level: Level = "default"
    sort: str = ""


class Month(Struct, kw_only=True):
    """`month`: as `2024-05`."""

    month: str
    count: int


class Timeline(Struct, kw_only=True):
    """How many pictures were taken in which month, the latest first, and of how many nothing tells when."""

    months: list[Month]
    undated: int
    seq: int


class PreviewParams(Params, kw_only=True):
    """A picture made smaller. `image`: id or absolute path; or `content`, as a hit tells it.

    `size`: of the longer side, in pixels; a smaller picture is not made larger.
    """

    image: str = ""
    image_b64: str | UnsetType = UNSET
    content: str = ""
    size: PreviewSize = 256
    format: PreviewFormat = "webp"


class Preview(Struct, kw_only=True):
    """`path`: a file in the daemon's own cache, or a thumbnail that is there anyway. It is whole, and stays at least a
    while; it is opened at once, and asked for again where it is gone. `content`: as in a hit. `size`: less than was
    asked for where the original is away and no larger preview was kept."""

    path: str
    image: str
    content: str
    format: PreviewFormat
    size: int
    path_b64: str | UnsetType = UNSET


class PlaceholdersParams(Params, kw_only=True):
    ids: Annotated[list[str], Meta(max_length=MOST_PLACEHOLDERS)]


class Placeholders(Struct, kw_only=True):
    """By id, 4 x 3 pixels of a picture as it is shown: 36 bytes of sRGB, row by row, in base64. What is not known, or
    was not looked at yet, is left out."""

    placeholders: dict[str, str]


class ImageDuplicatesParams(Params, kw_only=True):
    """`image`: id or absolute path. `similar`: also what is no duplicate but alike, which takes longer to find.

    Groups of the same picture may be told as they were a minute ago.
    """

    image: str = ""
    image_b64: str | UnsetType = UNSET
    similar: bool = False
