"""Every message of the socket, defined once.

A method is a name, a struct of parameters and a struct of results; `METHODS` is the whole list and the documentation
is generated from it. Structs are encoded as JSON objects. Optional keys that do not apply are absent (`UNSET`), never
null, unless the type says `| None`; lists are never null. Ids are strings. Times are RFC 3339 UTC with `Z`; file times
are nanoseconds. A path that is not UTF-8 has U+FFFD in its display text and its bytes, in base64, in `…_b64`; clients
act on the bytes and never map display text back to a file.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

Level = Literal["strict", "default", "loose", "all"]
Side = Literal["meaning", "text"]
ImageState = Literal["online", "offline", "missing"]
NonNegative = Annotated[int, Meta(ge=0)]


class Params(Struct, forbid_unknown_fields=True, kw_only=True):
    """Parameters of a request; an unknown key is an error, so that a typo is never ignored."""


class ChangeParams(Params, kw_only=True):
    """Parameters of a request that changes something a user said.

    Requests of one `origin` that share a `group` and come within 5 s of the last join one action, and so one undo.
    """

    origin: str = "socket"
    group: str = ""


class Empty(Params):
    """No parameters."""


# ---- results that several methods share --------------------------------------------------------------------------


class Hit(Struct, kw_only=True):
    """One content in an answer, with everything a listing shows, so that nobody has to stat an original.

    `size`, `mtime_ns`, `blocks` (512 bytes each), `mode`, `uid`, `gid` are those of the file shown in `path`.
    `content` is the first 16 hex digits of the content hash. `score` is in 0..1, None where nothing was ranked.
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


class Explanation(Struct, kw_only=True):
    """Why an image is, or is not, in an answer. Similarities are cosines; floor is the noise of the background."""

    matched: bool
    score: float | None
    similarity: float | None
    floor: float | None
    cut: float | None
    words: list[WordMatch]
    tags: list[str]
    filters: list[FilterResult]
    fused: Fused


class SearchResult(Struct, kw_only=True):
    """One page of a snapshot. `total` counts the whole answer; `snapshot` asks for its other pages."""

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
    facets: dict[str, dict[str, int]] | UnsetType = UNSET


class Listing(Struct, kw_only=True):
    """A folder of images that is no search: a tag's, recent, untagged, a month."""

    hits: list[Hit]
    seq: int


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
    """A watched folder. state: scanning, watching, polling, offline, unreadable."""

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
    """The model that answers now; `reembed` while another one is being filled."""

    name: str
    revision: str
    dim: int
    engine: str
    reembed: dict[str, int] | UnsetType = UNSET


class Counters(Struct, kw_only=True):
    """Since the daemon started."""

    decoded: int = 0
    embedded: int = 0
    quarantined: int = 0
    rescans: int = 0


class Status(Struct, kw_only=True):
    """The daemon's state. `pending` is 0 only when idle and all three sequence numbers are equal."""

    version: str
    schema: int
    state: Literal["starting", "scanning", "ingesting", "idle", "paused", "degraded"]
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
    web: dict[str, str] | UnsetType = UNSET


# ---- the daemon itself -------------------------------------------------------------------------------------------


class HelloParams(Params, kw_only=True):
    """Optional greeting: refuses early when `protocol` differs."""

    protocol: int = 1
    client: str = ""


class Hello(Struct, kw_only=True):
    version: str
    protocol: int
    generation: str


class WaitParams(Params, kw_only=True):
    """`timeout` in seconds; 0 waits for ever."""

    timeout: float = 0.0


class SubscribeParams(Params, kw_only=True):
    """`topics`: any of images, tags, saved, history, roots, status; empty means all."""

    topics: list[str] = []


class Subscribed(Struct, kw_only=True):
    seq: int


class Changed(Struct, kw_only=True):
    """Notification `changed`: everything of these topics may differ from what was read before `seq`."""

    topics: list[str]
    seq: int


# ---- folders -----------------------------------------------------------------------------------------------------


class FoldersParams(Params, kw_only=True):
    """Absolute folders; `paths_b64` for those that are not UTF-8."""

    paths: list[str] = []
    paths_b64: list[str] = []


class RemoveParams(Params, kw_only=True):
    """`forget` also drops what was known of its pictures; without it tags and vectors are kept."""

    path: str = ""
    path_b64: str | UnsetType = UNSET
    forget: bool = False


class Roots(Struct, kw_only=True):
    roots: list[RootInfo]


class RescanParams(Params, kw_only=True):
    """A folder at or below a root, or nothing for all of them."""

    path: str = ""
    wait: bool = False


class Rescanned(Struct, kw_only=True):
    seen: int
    added: int
    moved: int
    changed: int
    missing: int
    failed: int


class FailedParams(Params, kw_only=True):
    retry: bool = False


class FailedFile(Struct, kw_only=True):
    path: str
    reason: str
    kind: str
    time: str
    attempts: int
    file: str
    name: str
    size: int
    mtime_ns: int
    path_b64: str | UnsetType = UNSET
    name_b64: str | UnsetType = UNSET


class Failed(Struct, kw_only=True):
    files: list[FailedFile]


# ---- search ------------------------------------------------------------------------------------------------------


class SearchParams(Params, kw_only=True):
    """`remember` puts the query into the history, as opening its folder does. `snapshot` continues an answer."""

    query: str = ""
    level: Level = "default"
    limit: NonNegative = 100
    offset: NonNegative = 0
    sort: str = ""
    only: Side | Literal[""] = ""
    explain: bool = False
    facets: bool = False
    remember: bool = False
    snapshot: str = ""


class SimilarParams(Params, kw_only=True):
    """`image`: an id, or the absolute path of any picture (which is never ingested)."""

    image: str = ""
    image_b64: str | UnsetType = UNSET
    level: Level = "default"
    limit: NonNegative = 100
    offset: NonNegative = 0
    sort: str = ""
    explain: bool = False
    facets: bool = False
    snapshot: str = ""


class ExplainParams(Params, kw_only=True):
    query: str
    image: str = ""
    image_b64: str | UnsetType = UNSET
    level: Level = "default"


class HistoryEntry(Struct, kw_only=True):
    query: str
    time: str


class History(Struct, kw_only=True):
    queries: list[HistoryEntry]


class QueryParams(Params, kw_only=True):
    query: str


# ---- images ------------------------------------------------------------------------------------------------------


class ImageParams(Params, kw_only=True):
    """An id, or an absolute path of a file of the library."""

    image: str = ""
    image_b64: str | UnsetType = UNSET


class FilePlace(Struct, kw_only=True):
    """One file of a content."""

    path: str
    state: ImageState
    size: int
    mtime_ns: int
    path_b64: str | UnsetType = UNSET


class TagOnImage(Struct, kw_only=True):
    name: str
    source: str
    score: float | None


class TextOnImage(Struct, kw_only=True):
    kind: str
    text: str
    source: str


class ImageInfo(Struct, kw_only=True):
    id: str
    paths: list[FilePlace]
    size: int
    type: str
    width: int
    height: int
    date: str | None
    camera: str | None
    tags: list[TagOnImage]
    texts: list[TextOnImage]
    favourite: bool
    rating: int
    albums: list[str]
    hash: str
    seq: int


class HitsParams(Params, kw_only=True):
    """`hits`: the listing records of these ids, in this order; ids that do not exist are left out."""

    ids: list[str]


class AcceptParams(ChangeParams, kw_only=True):
    """A picture whose bytes were written into the mount and fsynced to `holding`, a file of the holding folder.

    If the content is known, it is tagged; if not, the bytes become a file of the library's inbox first. `name` is the
    name the user gave. `tag` may be empty. `replaces`: id of an image this one takes the entry of (rename over).
    """

    holding: str
    name: str
    name_b64: str | UnsetType = UNSET
    tag: str = ""
    replaces: str = ""


class Accepted(Struct, kw_only=True):
    image: str
    known: bool
    hit: Hit


# ---- tags --------------------------------------------------------------------------------------------------------


class TagParams(ChangeParams, kw_only=True):
    """`images`: ids or absolute paths; `query`: all it matches. The tag is made if it does not exist."""

    tag: str
    images: list[str] = []
    images_b64: list[str] = []
    query: str = ""


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
    """`tag`: full name with '/', empty for the top. `source`: auto for the model's tags."""

    tag: str = ""
    source: Literal["user", "auto"] = "user"
    hits: bool = True


class Subtag(Struct, kw_only=True):
    id: str
    name: str


class TagFolder(Struct, kw_only=True):
    """A tag's subtags and the images tagged exactly with it. `id` is empty for the top."""

    id: str
    subtags: list[Subtag]
    hits: list[Hit]
    seq: int


class TagNameParams(ChangeParams, kw_only=True):
    tag: str


class RenameParams(ChangeParams, kw_only=True):
    name: str
    to: str


# ---- saved searches ----------------------------------------------------------------------------------------------


class SaveParams(ChangeParams, kw_only=True):
    """Makes a saved search, or with `replace` changes its query. An empty query is allowed and matches nothing."""

    name: str
    query: str = ""
    level: Level = "default"
    replace: bool = False


class SavedInfo(Struct, kw_only=True):
    id: str
    name: str
    query: str
    level: Level
    count: int | None


class SavedParams(Params, kw_only=True):
    """`count`: also run each one and count what it matches."""

    count: bool = False


class Saved(Struct, kw_only=True):
    saved: list[SavedInfo]


class NameParams(ChangeParams, kw_only=True):
    name: str


# ---- folders that are neither searches nor tags ------------------------------------------------------------------


class ViewParams(Params, kw_only=True):
    view: Literal["recent", "untagged", "missing"]


class DatesParams(Params, kw_only=True):
    """Finite facets of the date taken: nothing → years; a year → its months; year and month → its images."""

    year: int = 0
    month: int = 0


class Dates(Struct, kw_only=True):
    values: list[int]
    hits: list[Hit]
    seq: int


# ---- actions -----------------------------------------------------------------------------------------------------


class UndoParams(ChangeParams, kw_only=True):
    """Undoes the newest `count` actions not yet undone, or the one named."""

    count: int = 1
    action: str = ""
    dry_run: bool = False


class LogParams(Params, kw_only=True):
    limit: NonNegative = 50


class ActionInfo(Struct, kw_only=True):
    id: str
    time: str
    kind: str
    summary: str
    count: int
    undone: bool
    skipped: list[str] = []


class Actions(Struct, kw_only=True):
    actions: list[ActionInfo]


# ---- mounts ------------------------------------------------------------------------------------------------------


class MountParams(Params, kw_only=True):
    """A mount announces itself; it is listed in the status while this connection lasts."""

    path: str
    backend: str
    entries: str
    pid: int


class MountWelcome(Struct, kw_only=True):
    """`holding`: the folder for bytes written into the mount. `library` is a stable random id of the catalog."""

    holding: str
    library: str
    version: str


# ---- model, configuration, health --------------------------------------------------------------------------------


class ModelInfo(Struct, kw_only=True):
    name: str
    revision: str
    dim: int
    state: Literal["bundled", "local", "remote", "active", "building"]
    bytes: int
    licence: str
    languages: list[str]


class Models(Struct, kw_only=True):
    models: list[ModelInfo]


class ConfigValue(Struct, kw_only=True):
    value: Any
    default: Any
    source: str


class ConfigValues(Struct, kw_only=True):
    values: dict[str, ConfigValue]


class DoctorParams(Params, kw_only=True):
    deep: bool = False


class Check(Struct, kw_only=True):
    name: str
    state: Literal["ok", "warn", "fail", "skip"]
    message: str
    fix: str = ""


class Doctor(Struct, kw_only=True):
    ok: bool
    checks: list[Check]


class Stopping(Struct, kw_only=True):
    pid: int


class DuplicatesParams(Params, kw_only=True):
    level: Literal["exact"] = "exact"


class DuplicateGroup(Struct, kw_only=True):
    level: str
    best: str
    members: list[FilePlace]


class Duplicates(Struct, kw_only=True):
    groups: list[DuplicateGroup]


METHODS: dict[str, tuple[type[Params], type[Struct]]] = {
    "hello": (HelloParams, Hello),
    "status": (Empty, Status),
    "wait": (WaitParams, Status),
    "subscribe": (SubscribeParams, Subscribed),
    "stop": (Empty, Stopping),
    "pause": (Empty, Status),
    "resume": (Empty, Status),
    "add": (FoldersParams, Roots),
    "remove": (RemoveParams, Roots),
    "roots": (Empty, Roots),
    "rescan": (RescanParams, Rescanned),
    "failed": (FailedParams, Failed),
    "search": (SearchParams, SearchResult),
    "similar": (SimilarParams, SearchResult),
    "explain": (ExplainParams, Explanation),
    "history": (Empty, History),
    "history.forget": (QueryParams, History),
    "image": (ImageParams, ImageInfo),
    "hits": (HitsParams, Listing),
    "accept": (AcceptParams, Accepted),
    "tag": (TagParams, ActionResult),
    "untag": (TagParams, ActionResult),
    "retag": (RetagParams, ActionResult),
    "tags": (TagsParams, Tags),
    "tags.folder": (TagFolderParams, TagFolder),
    "tags.create": (TagNameParams, ActionResult),
    "tags.rename": (RenameParams, ActionResult),
    "tags.delete": (TagNameParams, ActionResult),
    "save": (SaveParams, ActionResult),
    "saved": (SavedParams, Saved),
    "saved.rename": (RenameParams, ActionResult),
    "saved.delete": (NameParams, ActionResult),
    "view": (ViewParams, Listing),
    "dates": (DatesParams, Dates),
    "duplicates": (DuplicatesParams, Duplicates),
    "undo": (UndoParams, Actions),
    "log": (LogParams, Actions),
    "mount": (MountParams, MountWelcome),
    "model.list": (Empty, Models),
    "config.show": (Empty, ConfigValues),
    "doctor": (DoctorParams, Doctor),
}
