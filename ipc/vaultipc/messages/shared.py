"""Structs that several methods share: parameters' bases, listing records, answers, the status."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

Level = Literal["strict", "default", "loose", "all"]
Side = Literal["meaning", "text"]
DaemonState = Literal["starting", "scanning", "ingesting", "idle", "paused", "degraded"]
ImageState = Literal["online", "offline", "missing"]
MOST = 2**62 - 1
"""Two whole numbers up to here still fit the catalog together, as a place and how many from there on."""
NonNegative = Annotated[int, Meta(ge=0, le=MOST)]
Whole = Annotated[int, Meta(ge=-MOST, le=MOST)]


class Params(Struct, forbid_unknown_fields=True, kw_only=True):
    """Parameters of a request; an unknown key is an error, so that a typo is never ignored."""


class ChangeParams(Params, kw_only=True):
    """Parameters of a request that changes something a user said.

    Requests of one `origin` that share a `group` and come within `within_s` seconds of the last join one action, and so
    one undo.
    """

    origin: str = "socket"
    group: str = ""
    within_s: Annotated[float, Meta(ge=0)] = 5.0


class PicturesParams(ChangeParams, kw_only=True):
    """Parameters of a change of pictures. `images`: ids or absolute paths; `query`: all it matches."""

    images: list[str] = []
    images_b64: list[str] = []
    query: str = ""


class Empty(Params):
    """No parameters."""


class Hit(Struct, kw_only=True):
    """One content in an answer, with everything a listing shows, so that nobody has to stat an original.

    `size`, `mtime_ns`, `blocks` (512 bytes each), `mode`, `uid`, `gid` are those of the file shown in `path`.
    `content` is the first 16 hex digits of the content hash. `score` is in 0..1, None where nothing was ranked.
    `grouped` counts the nearly identical pictures that stand behind this one. `date`: when it was taken, as the
    camera's clock showed it: local time, although it ends in `Z`. `state` is `offline` of one whose files are all on
    drives that are away, which is among others with `search.offline = "show"` only; `path` is where it was then.
    """

    id: str
    name: str
    path: str
    rank: int
    score: float | None
    state: ImageState
    tags: list[str]
    width: int
    height: int
    date: str | None
    size: int
    blocks: int
    mtime_ns: int
    mode: int
    uid: int
    gid: int
    content: str
    name_b64: str | UnsetType = UNSET
    path_b64: str | UnsetType = UNSET
    explain: Explanation | UnsetType = UNSET
    grouped: int = 0


class WordMatch(Struct):
    """A word of the query and the field of the image it stands in."""

    word: str
    field: str


class FilterResult(Struct, rename={"passed": "pass"}):
    """One exact condition of the query, in the query's own words, and whether the image meets it."""

    text: str
    passed: bool


class Fused(Struct):
    """Ranks (from 1) on either side, None where that side did not return the image."""

    semantic_rank: int | None
    text_rank: int | None


Role = Literal["asked", "term", "seen", "label", "excluded"]


class PartMatch(Struct, kw_only=True):
    """What one part of the query says of an image.

    `role`: `asked` of words, a phrase, a like: or a sum; `term` of one term of the sum before it, alone; `seen` of
    words that are seen in a picture about which the others are written; `label` of a word that must be written, because
    the model does not know it; `excluded` of what must not match. `similarity`, `floor` and `cut` are None where
    meaning has no say or no limit. `matched`: the image is found by this part.
    """

    text: str
    role: Role
    matched: bool
    weight: float = 1.0
    similarity: float | None = None
    floor: float | None = None
    cut: float | None = None


class Explanation(Struct, kw_only=True):
    """Why an image is, or is not, in an answer. Similarities are cosines; floor is the noise of the background.

    `similarity`, `floor` and `cut` are those of the first part that has a meaning, `parts` those of each. `feedback`:
    `hidden` or `preferred`, if the user said so of this query. `grouped` counts the nearly identical pictures behind;
    `behind`: the id of the one that this stands behind in the answer, '' if it is shown itself.
    """

    matched: bool
    score: float | None
    similarity: float | None
    floor: float | None
    cut: float | None
    words: list[WordMatch]
    tags: list[str]
    filters: list[FilterResult]
    fused: Fused
    parts: list[PartMatch] = []
    feedback: str = ""
    grouped: int = 0
    behind: str = ""


class SearchResult(Struct, kw_only=True):
    """One page of a snapshot. `total` counts the whole answer, `grouped` the nearly identical pictures that stand
    behind those counted; `snapshot` asks for its other pages."""

    query: str
    canonical: str
    level: Level
    total: int
    took_ms: float
    model: str
    cut: float | None
    notes: list[str]
    hits: list[Hit]
    snapshot: str
    seq: int
    grouped: int = 0
    facets: dict[str, dict[str, int]] | UnsetType = UNSET


class Listing(Struct, kw_only=True):
    """A folder of images that is no search: a tag's, recent, untagged, a month. `id`: an album's, empty for others."""

    hits: list[Hit]
    seq: int
    id: str = ""


class ItemError(Struct, kw_only=True):
    """Why one of several things could not be done."""

    item: str
    message: str


class ActionResult(Struct, kw_only=True):
    """What a change did. `action` is None if nothing changed."""

    action: str | None
    changed: int
    unchanged: int
    errors: list[ItemError]


class RootInfo(Struct, kw_only=True):
    """A watched folder. `id` names it for `remove`. state: scanning, watching, polling, offline, unreadable."""

    id: str
    path: str
    state: str
    files: int
    path_b64: str | UnsetType = UNSET


class MountInfo(Struct, kw_only=True):
    """A mount that is connected now."""

    path: str
    backend: str
    entries: str
    pid: int


class ModelState(Struct, kw_only=True):
    """The model that answers now. `reembed` (`done` of `total` pictures) and `next` (name and revision) while the
    vectors of another one are being made, which answers once it has them all. `engine` and `device`: what runs it on
    pictures; `note`: why that is not what the configuration asks for."""

    name: str
    revision: str
    dim: int
    engine: str
    device: str = "cpu"
    note: str | UnsetType = UNSET
    reembed: dict[str, int] | UnsetType = UNSET
    next: str | UnsetType = UNSET


class Counters(Struct, kw_only=True):
    """Since the daemon started."""

    decoded: int = 0
    embedded: int = 0
    quarantined: int = 0
    rescans: int = 0


class WordsFound(Struct, kw_only=True):
    """How far words are found for pictures: `done` of `total` that can be opened, `failed` of those done. `source`: of
    the texts. `problem`: why it does not get on."""

    source: str
    done: int
    total: int
    failed: int
    problem: str | UnsetType = UNSET


class Status(Struct, kw_only=True):
    """The daemon's state. `pending` is 0 only when idle and all three sequence numbers are equal.

    `reread` (`done` of `total` pictures) while what an older version left out is read from pictures that can be found
    already: lens, sensitivity, colours, looks. `captions` and `ocr` where a model writes captions, or text in pictures
    is read. `pending` and `wait` leave all of these out.
    """

    version: str
    schema: int
    state: DaemonState
    reason: str
    socket: str
    pid: int
    uptime_s: float
    images: int
    files: int
    pending: int
    failed: int
    offline: int
    rate_per_s: float
    eta_s: float | None
    seq: int
    vector_seq: int
    text_seq: int
    roots: list[RootInfo]
    mounts: list[MountInfo]
    model: ModelState | None
    rss_bytes: int
    counters: Counters
    reread: dict[str, int] | UnsetType = UNSET
    captions: WordsFound | UnsetType = UNSET
    ocr: WordsFound | UnsetType = UNSET
    web: dict[str, str] | UnsetType = UNSET
