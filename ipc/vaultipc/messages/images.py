"""One image, listing records by id, and pictures written into the mount."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from vaultipc.messages.generations import GenerationOnImage
from vaultipc.messages.shared import ChangeParams, Hit, ImageState, Params


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
    """`source`: who says it; `model:NAME` for captions of a model, `ocr:NAME` for what was read in the picture. Those
    say how sure they are, `confidence` from 0 to 1."""

    kind: str
    text: str
    source: str
    confidence: float | UnsetType = UNSET


class HowTaken(Struct, frozen=True, kw_only=True):
    """How and where a picture was taken, null where nothing says it.

    `zone`: of the image's date, which is local time, as `+02:00`. `exposure` in seconds, `focal` in millimetres,
    `latitude` and `longitude` in degrees north and east. `sources`: whose word counts, by `date`, `camera`, `lens`,
    `iso`, `exposure`, `aperture`, `focal`, `place`. `told`: every source's own words, the one that is believed first
    first.
    """

    zone: str | None = None
    exposure: float | None = None
    aperture: float | None = None
    focal: float | None = None
    latitude: float | None = None
    longitude: float | None = None
    sources: dict[str, str] = {}
    told: dict[str, dict[str, str]] = {}


class ImageInfo(Struct, kw_only=True):
    """All that is known of one image. `colors`: percent of the picture by colour, the greatest first.

    `date`: when it was taken, as the camera's clock showed it: local time, although it ends in `Z`. Its zone is
    `taken.zone`, null where none is known.

    `mono`: it has no colours. `sharpness`, null where nothing has an edge, and `brightness` are in percent; what was
    not measured yet is null.

    Of several texts of a kind the user's own stands first, beside what the file says. `rating`: the stars that count;
    `ratings`: all there are, by who gave them. `generation`: how it was made, of a picture that a program generated.
    `copy_of`: the better copy that it was merged into, '' if it was not.
    """

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
    lens: str | None = None
    iso: int | None = None
    colors: dict[str, int] = {}
    mono: bool | None = None
    sharpness: int | None = None
    brightness: int | None = None
    ratings: dict[str, int] = {}
    taken: HowTaken | None = None
    generation: GenerationOnImage | None = None
    copy_of: str = ""


class HitsParams(Params, kw_only=True):
    """`hits`: the listing records of these ids, in this order; ids that do not exist are left out."""

    ids: list[str]


class AcceptParams(ChangeParams, kw_only=True):
    """A picture whose bytes were written into the mount and fsynced to `holding`, a file of the holding folder.

    If the content is not known, the bytes become a file of the library's inbox first. Then it is tagged, put into the
    album, made a favourite: what is given. `name` is the name the user gave. `replaces`: id of an image this one takes
    the entry of (rename over), in an album its place too.
    """

    holding: str
    name: str
    name_b64: str | UnsetType = UNSET
    tag: str = ""
    album: str = ""
    favourite: bool = False
    replaces: str = ""


class Accepted(Struct, kw_only=True):
    image: str
    known: bool
    hit: Hit
