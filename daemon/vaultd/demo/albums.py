"""Where the library's files lie: the folders, cameras, names and dates of somebody's years of pictures.

No name here says anything about what a picture shows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle
from pathlib import PurePosixPath
from random import Random
from typing import Final

from vaultd.demo.plan import Role


@dataclass(frozen=True)
class Camera:
    make: str
    model: str


@dataclass(frozen=True)
class Album:
    """A folder and how its files are named; `name` may use n (a running number), when (a datetime) and code (hex)."""

    folder: str
    name: str
    first: datetime
    number: int = 1
    camera: Camera | None = None
    suffixes: tuple[str, ...] = (".jpg",)


@dataclass(frozen=True)
class Place:
    """Where one file goes, when its picture was taken and with what."""

    path: PurePosixPath
    taken: datetime
    camera: Camera | None


CANON: Final = Camera("Canon", "Canon EOS 80D")
NIKON: Final = Camera("NIKON CORPORATION", "NIKON D5600")
PANASONIC: Final = Camera("Panasonic", "DMC-TZ101")
PIXEL: Final = Camera("Google", "Pixel 3a")
SAMSUNG: Final = Camera("samsung", "SM-G991B")
FUJIFILM: Final = Camera("FUJIFILM", "X-T30")

CAMERA_ALBUMS: Final = (
    Album("2017/08", "IMG_{n:04}", datetime(2017, 8, 3, 9, 12, 40), 412, CANON, (".JPG",)),
    Album("2018/05 Trip", "IMG_{n:04}", datetime(2018, 5, 19, 14, 2, 11), 1873, CANON, (".JPG",)),
    Album("2019/07", "DSC_{n:04}", datetime(2019, 7, 1, 8, 30, 5), 123, NIKON, (".JPG",)),
    Album("Camera Roll", "IMG_{when:%Y%m%d_%H%M%S}", datetime(2019, 7, 4, 10, 11, 12), 1, PIXEL),
    Album("2020/10", "P{n:07}", datetime(2020, 10, 10, 16, 45, 33), 1040567, PANASONIC, (".JPG",)),
    Album("2021/03 Weekend", "DSC_{n:04}", datetime(2021, 3, 20, 11, 0, 59), 4021, NIKON, (".JPG",)),
    Album("Camera Roll", "{when:%Y%m%d_%H%M%S}", datetime(2022, 1, 8, 19, 20, 2), 1, SAMSUNG),
    Album("2023/09", "DSCF{n:04}", datetime(2023, 9, 2, 7, 55, 18), 7310, FUJIFILM, (".JPG",)),
    Album("2024/06 Trip", "DSCF{n:04}", datetime(2024, 6, 11, 13, 37, 44), 8804, FUJIFILM, (".jpg",)),
)
SCANS: Final = Album("scans", "scan{n:04}", datetime(2018, 11, 3, 18, 0, 0), 1, None, (".tif", ".bmp", ".png"))
DOWNLOADS: Final = Album(
    "Downloads", "{code}", datetime(2021, 12, 30, 21, 4, 0), 1, None, (".webp", ".png", ".gif", ".avif")
)
OUTPUTS: Final = Album(
    "outputs/2023-11-04", "{n:05}-{code}", datetime(2023, 11, 4, 22, 10, 0), 12, None, (".png", ".png", ".jpg")
)
RECEIVED: Final = Album("Received", "IMG-{when:%Y%m%d}-WA{n:04}", datetime(2020, 2, 14, 12, 0, 0), 3)
BACKUP: Final = Album("Backup/old disk", "{n:05}", datetime(2022, 8, 1, 12, 0, 0), 210)
CAPTIONED: Final = Album(
    "2022/Selection", "DSCF{n:04}", datetime(2022, 5, 7, 15, 21, 9), 2207, FUJIFILM, (".jpg", ".jpg", ".png", ".webp")
)

_BY_ROLE: Final[dict[Role, Album]] = {
    "keywords": CAPTIONED,
    "prompt": OUTPUTS,
    "copy": BACKUP,
    "near": RECEIVED,
    "truncated": RECEIVED,
    "text": RECEIVED,
}
#: Of twelve plain pictures, so many come out of a camera, a scanner and the web.
_PLAIN_TURNS: Final = "cwccsccwccsc"


class Shelf:
    """Hands out places, one after another; the same seed gives the same places."""

    def __init__(self, seed: int) -> None:
        self._rng = Random(f"albums {seed}")
        self._turns = cycle(_PLAIN_TURNS)
        self._rolls: dict[Album, Iterator[Place]] = {}

    def next(self, role: Role, suffix: str | None = None) -> Place:
        """A place for a file of that role; `suffix` overrules the album's own."""
        place = next(self._roll(_BY_ROLE.get(role) or self._plain_album()))
        return place if suffix is None else Place(place.path.with_suffix(suffix), place.taken, place.camera)

    def _plain_album(self) -> Album:
        kind = next(self._turns)
        if kind == "c":
            return self._rng.choice(CAMERA_ALBUMS)
        return SCANS if kind == "s" else DOWNLOADS

    def _roll(self, album: Album) -> Iterator[Place]:
        return self._rolls.setdefault(album, self._places(album))

    def _places(self, album: Album) -> Iterator[Place]:
        when, number, suffixes = album.first, album.number, cycle(album.suffixes)
        while True:
            name = album.name.format(n=number, when=when, code=f"{self._rng.getrandbits(32):08x}")
            yield Place(PurePosixPath(album.folder, name + next(suffixes)), when, album.camera)
            when += timedelta(hours=self._rng.randint(1, 90), seconds=self._rng.randint(0, 3599))
            number += self._rng.randint(1, 9)
