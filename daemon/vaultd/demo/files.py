"""The library's files: each with a place, its bytes and its truth."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from vaultd.demo.albums import Place, Shelf
from vaultd.demo.encode import Metadata, encode
from vaultd.demo.labels import Label
from vaultd.demo.plan import Planned
from vaultd.demo.prompts import prompt
from vaultd.demo.scene import Scene, render

Size = tuple[int, int]

#: Sizes in pixels of upright pictures; the small ones for formats that take much room or much time.
SIZES: Final[tuple[Size, ...]] = (
    (1600, 1200),
    (1024, 768),
    (768, 1024),
    (960, 540),
    (800, 600),
    (600, 800),
    (720, 720),
    (640, 480),
    (480, 640),
    (512, 512),
)
SMALL_SIZES: Final[tuple[Size, ...]] = ((640, 480), (480, 640), (512, 512), (320, 240), (400, 320))
#: One in three pictures of a camera was taken with the camera turned (or hung upside down).
ORIENTATIONS: Final = (1, 1, 1, 1, 1, 6, 8, 3, 1)
NEAR_QUALITY: Final = 62
NOTES: Final = b"Packing list\n\npassport\ncharger\nsunscreen\ntickets\n"


@dataclass(frozen=True)
class File:
    """One file of the library."""

    place: Place
    label: Label
    content: bytes
    size: Size = (0, 0)

    @property
    def path(self) -> str:
        return str(self.place.path)


def make_files(planned: list[Planned], seed: int) -> Iterator[File]:
    """The planned files, in order; the same seed gives the same bytes."""
    rng, shelf = Random(f"files {seed}"), Shelf(seed)
    done: list[File] = []
    for item in planned:
        if item.of is not None:
            file = _copy(done[item.of], shelf) if item.role == "copy" else _near(done[item.of], item, shelf)
        elif item.scene is None:
            file = File(shelf.next(item.role), Label(broken="not an image"), NOTES)
        else:
            file = _picture(item, item.scene, shelf, rng)
        done.append(file)
        yield file


def _picture(item: Planned, scene: Scene, shelf: Shelf, rng: Random) -> File:
    place = shelf.next(item.role)
    size = rng.choice(SIZES if place.path.suffix.lower() == ".jpg" else SMALL_SIZES)
    metadata = _metadata(item, scene, place, size, rng)
    rendered = render(scene, size)
    content = encode(rendered.image, place.path.suffix, metadata)
    label = Label(scene.thing, scene.colour, scene.ground, rendered.box, metadata.keywords, metadata.prompt)
    if item.role == "truncated":
        content, label = content[: len(content) // 2], replace(label, broken="truncated")
    return File(place, label, content, size)


def _metadata(item: Planned, scene: Scene, place: Place, size: Size, rng: Random) -> Metadata:
    photograph = place.camera is not None and place.path.suffix.lower() == ".jpg"
    metadata = Metadata(place.camera, place.taken, rng.choice(ORIENTATIONS) if photograph else 1)
    if item.role == "keywords":
        words = (scene.thing, scene.colour, rng.choice(("holiday", "favourites", "print")))
        return replace(metadata, keywords=words, xp_keywords=photograph and rng.random() < 0.5)
    if item.role == "prompt":
        return replace(metadata, prompt=prompt(size, rng))
    return metadata


def _copy(source: File, shelf: Shelf) -> File:
    """The same bytes under another name."""
    place = shelf.next("copy", source.place.path.suffix)
    return File(place, replace(source.label, duplicate_of=source.path), source.content, source.size)


def _near(source: File, item: Planned, shelf: Shelf) -> File:
    """The same picture at five eighths of its size and encoded again, as a messenger sends it on."""
    assert item.scene is not None
    rendered = render(item.scene, source.size)
    size = (source.size[0] * 5 // 8, source.size[1] * 5 // 8)
    left, top, right, bottom = rendered.box
    label = replace(
        source.label, box=(left * 5 // 8, top * 5 // 8, right * 5 // 8, bottom * 5 // 8), near_duplicate_of=source.path
    )
    content = encode(rendered.image.resize(size), ".jpg", Metadata(), NEAR_QUALITY)
    return File(shelf.next("near"), label, content, size)
